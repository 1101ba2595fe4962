// What the routing suite measures: what a pool costs beside refs.
const tells = ['one ref', 'round robin of 1', 'four refs in turn', 'round robin of 4', 'by key of 4'];

/** @type {import('../suites.js').Suite} */
export const routing = {
  name: 'routing',
  cases: [
    { name: 'tell same node', unit: '/s', systems: tells },
    { name: 'tell thread to thread', unit: '/s', systems: tells },
    {
      name: 'ask 1000 in flight',
      unit: '/s',
      systems: ['one ref', 'round robin of 1', 'least loaded of 4', 'hedged of 4', 'tied of 4'],
    },
  ],
  footnotes: [
    'All actors of a case are on one node, or on one other thread: what differs is the routing alone.',
    'four refs in turn: what an app would write by hand, an array of refs and a counter.',
  ],
};
