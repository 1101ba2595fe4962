// The ring on real threads: a node on each of eight threads, lookups by all of them, throughput and path length.
import { identifierOf, joinRing } from '../../dist/actors/chord/index.js';
import { createSystem } from '../../dist/lib/index.js';

/** Lookups that each node leads at a time. */
const window = 64;

/** So many lookups, the nodes asked in turn from the host. */
export async function threads({ threadLookups = 1_000_000, nodes: count = 8 }) {
  const system = await createSystem({ threads: count, log: 'silent' });
  try {
    // No node dies here; a machine that is busy with other things must not make one look dead.
    const parameters = { stabilizeMs: { min: 50, max: 150 }, requestTimeoutMs: 10_000 };
    const nodes = [];
    for (let n = 0; n < count; n++) {
      const spawn = { on: n + 1 };
      const [gateway] = nodes;
      nodes.push(...(await joinRing(system, { name: `node ${n}`, gateway, parameters, spawn })));
    }
    const ids = await settled(nodes);
    const keys = Array.from({ length: 4096 }, (_, n) => identifierOf(`key ${n}`));
    const owners = keys.map((key) => ids.find((id) => id >= key) ?? ids[0]);
    let next = 0;
    let hops = 0;
    const began = performance.now();
    const asker = async (node) => {
      while (next < threadLookups) {
        const n = next++ % keys.length;
        const result = await node.ask.lookup({ key: keys[n] });
        if (result.owner.id !== owners[n]) throw new Error(`the lookup of ${keys[n]} went wrong`);
        hops += result.hops;
      }
    };
    await Promise.all(nodes.flatMap((node) => Array.from({ length: window }, () => asker(node))));
    const seconds = (performance.now() - began) / 1000;
    return {
      nodes: count,
      lookups: threadLookups,
      seconds,
      perSecond: threadLookups / seconds,
      hops: hops / threadLookups,
    };
  } finally {
    await system.close();
  }
}

/** Sorted identifiers, once every node has all the others for successors. */
async function settled(nodes) {
  for (;;) {
    const views = await Promise.all(nodes.map((node) => node.ask.view()));
    const ids = views.map(({ id }) => id).sort();
    const whole = ({ id, successors }) => {
      const at = ids.indexOf(id);
      return successors.length === ids.length - 1 && successors[0] === ids[(at + 1) % ids.length];
    };
    if (views.every(whole)) return ids;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
