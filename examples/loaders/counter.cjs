// The same in CommonJS, where a module is named by its path. `require` of an ES module needs Node 20.19 or 22.12.
const { threadId } = require('node:worker_threads');
const { actor, ask, tell } = require('thrum');
const z = require('zod');

exports.Counter = actor('examples/CommonCounter', {
  module: __filename,
  args: z.object({ start: z.number() }),
  protocol: { add: tell(z.number()), total: ask(z.void(), z.number()), thread: ask(z.void(), z.number()) },
  create: ({ start }) => {
    let sum = start;
    return {
      add(n) {
        sum += n;
      },
      total: () => sum,
      thread: () => threadId,
    };
  },
});
