import { countPrimes, nameErrors } from '../../../../app/count.ts';
import { system } from '../../../system.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  const running = await system();
  return Response.json([await countPrimes(running), await nameErrors(running)]);
}
