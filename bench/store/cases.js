// What a durable actor costs beside one that isn't, and the store beside the database that it stands on.
const systems = ['thrum', 'thrum without fsync', 'thrum in memory'];

/** @type {import('../suites.js').Suite} */
export const store = {
  name: 'store',
  cases: [
    { name: 'durable ask, one in flight', unit: 'µs', systems },
    { name: 'durable ask, 1000 in flight', unit: '/s', systems },
    { name: 'durable ask, 8 actors, 100 in flight each', unit: '/s', systems },
    { name: 'put, one in flight', unit: 'µs', systems: ['thrum', 'thrum without fsync', 'lmdb'] },
  ],
  footnotes: [
    'thrum acknowledges when the medium has a message (fdatasync), without fsync when the operating system has it, in memory when its handler has returned.',
    'lmdb: its own put from one thread, acknowledged when flushed, without an actor or a thread between.',
  ],
};
