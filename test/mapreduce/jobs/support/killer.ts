// Ends the thread it is on.
import * as z from 'zod';
import { actor, ask, tell } from '../../../../lib/index.ts';

export const Killer = actor('test/jobs/Killer', {
  module: import.meta.url,
  protocol: { kill: tell(), die: ask(z.void(), z.void()) },
  create: () => ({ kill: () => process.exit(9), die: () => process.exit(9) }),
});
