// The simulator: how many messages a second it delivers on one core, checks off.
export const sim = {
  name: 'sim',
  cases: [
    { name: 'deliveries, 100 actors on 10 hosts', unit: '/s', systems: ['thrum'] },
    { name: 'deliveries with loss, duplication and reordering', unit: '/s', systems: ['thrum'] },
    { name: 'asks between hosts', unit: '/s', systems: ['thrum'] },
    { name: 'bytes per host', unit: 'B', systems: ['thrum'] },
    { name: 'Chord of 1,000 nodes, seconds simulated', unit: 's/s', systems: ['thrum'] },
    { name: 'Chord of 1,000 nodes, bytes per host', unit: 'B', systems: ['thrum'] },
  ],
  footnotes: [
    'deliveries: 1,000 messages of { by: number, key: string } are passed on and on, from host to host, with exponential latency of mean 5 ms; messages between actors of one host are not counted.',
    'Chord: r = 20, a round of stabilization every 15 to 45 s, frames 50 ms under way on average, a lookup a second. A host holds its node, 20 successors and about 10 fingers.',
  ],
};
