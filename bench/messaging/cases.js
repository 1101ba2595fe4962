// What the messaging suite measures, and who takes part in what. A peer is left out of a case that it has no
// means for (nact and XState live on one thread; a pool's worker can't call its host).
const sameThread = ['thrum', 'nact', 'xstate', 'erlang'];
const calls = ['comlink', 'piscina', 'workerpool', 'threads'];
const bare = ['postMessage', 'postMessage batched'];
const payload = ['thrum', 'postMessage', ...calls, 'erlang'];

/** @type {import('../suites.js').Suite} */
export const messaging = {
  name: 'messaging',
  cases: [
    { name: 'tell same node', unit: '/s', systems: sameThread },
    { name: 'tell same node, 8 schemas', unit: '/s', systems: sameThread },
    { name: 'tell thread to thread', unit: '/s', systems: ['thrum', ...bare, ...calls, 'erlang'] },
    { name: 'ask one in flight', unit: 'µs', systems: ['thrum', 'postMessage', ...calls, 'erlang'] },
    { name: 'ask one in flight, busy', unit: 'µs', systems: ['thrum', 'postMessage', 'comlink', 'erlang'] },
    { name: 'ask 1000 in flight', unit: '/s', systems: ['thrum', ...bare, ...calls, 'erlang'] },
    { name: 'fan-in from 4 nodes', unit: '/s', systems: ['thrum', ...bare, 'erlang'] },
    { name: 'payload 64 B', unit: '/s', systems: payload },
    { name: 'payload 1 KB', unit: '/s', systems: payload },
    { name: 'payload 8 KB', unit: '/s', systems: payload },
    { name: 'payload 64 KB', unit: '/s', systems: payload },
    { name: 'payload 1 MB', unit: '/s', systems: payload },
    { name: 'payload 1 MB moved', unit: '/s', systems: ['thrum', 'postMessage', 'comlink', 'piscina'] },
    { name: 'spawn', unit: '/s', systems: sameThread },
    { name: 'bytes per idle actor', unit: 'B', systems: sameThread },
    { name: 'system start', unit: 'ms', systems: ['thrum', 'postMessage'] },
    { name: 'first spawn', unit: 'ms', systems: ['thrum', 'postMessage'] },
  ],
  footnotes: [
    "thrum validates every message and reply with zod and copies it; its peers do neither check (a thread's message is cloned or, in nact, XState and Erlang's large binaries, shared).",
    'postMessage batched sends arrays of 1,000 messages that its user has collected and counts each message.',
    'first spawn beside postMessage: a running worker imports a module and answers.',
    'spawn: 10,000 actors at a time; stopping them is not timed.',
    'erlang uses one scheduler where the others use one thread, and all its schedulers elsewhere; it puts two processes that only talk to each other on one core. Its processes are spawned from memory kept for them (+MMscs).',
  ],
};
