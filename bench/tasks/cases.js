// What the tasks suite measures: `system.run`, and `ctx.run` on a worker node, beside the pool they stand on, used
// bare. Both use two threads, the same functions and the same inputs.
const here = ['thrum', 'piscina'];
const all = ['thrum', 'thrum from a node', 'piscina'];

/** @type {import('../suites.js').Suite} */
export const tasks = {
  name: 'tasks',
  cases: [
    { name: 'small, one in flight', unit: 'µs', systems: all },
    { name: 'small, 1000 in flight', unit: '/s', systems: all },
    { name: '1 ms of work, 100 in flight', unit: '/s', systems: all },
    { name: '1,000 objects', unit: '/s', systems: all },
    { name: '1 MB', unit: '/s', systems: all },
    { name: '1 MB moved', unit: '/s', systems: here },
    { name: '16 MB moved', unit: '/s', systems: here },
  ],
  footnotes: [
    'thrum validates each input and each result with zod; piscina clones both and checks neither.',
    'thrum from a node: an actor on a worker node runs the tasks; its requests pass the host, which has the pool.',
    'moved: the input is given away; the result is a number.',
  ],
};
