// An actor that ends the thread it lives on, as a crash would.
import { actor, tell } from '../../../lib/index.ts';

export const Ender = actor('test/chord/Ender', {
  module: import.meta.url,
  protocol: { end: tell() },
  create: () => ({ end: () => process.exit(1) }),
});
