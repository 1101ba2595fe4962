// Ends the thread it is on.
import { actor, tell } from '../../../../lib/index.ts';

export const Killer = actor('test/jobs/Killer', {
  module: import.meta.url,
  protocol: { kill: tell() },
  create: () => ({ kill: () => process.exit(9) }),
});
