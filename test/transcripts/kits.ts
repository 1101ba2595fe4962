// What the files may command, kind by kind.

import * as z from 'zod';
import { type ChordRef, chordNode, identifierOf } from '../../actors/chord/index.ts';
import { actor, ask, type Pool, pool, type Ref, tell } from '../../lib/index.ts';
import { Boss, Conductor, Foreman, Notes, type NotesRef, type WorkerRef } from '../conformance/actors.ts';
import type { Kit } from './transcript.ts';

/** Four digits, and nothing that happens by itself: every exchange comes of a command. */
const parameters = {
  idBits: 16,
  successors: 2,
  stabilizeMs: { min: 0, max: 0 },
  fixesFingers: false,
  repairMs: 0,
  mergeMs: 0,
  requestTimeoutMs: 50,
  requestAttempts: 1,
  lingerMs: 100,
};

const TranscriptNode = chordNode('transcripts/Node');

const chord: Kit = () => {
  const nodes = new Map<string, ChordRef>();
  const named = (name = ''): ChordRef => {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`there is no node '${name}'`);
    return node;
  };
  return {
    /** `begin NAME HOST` */
    async begin(sim, [name, host]) {
      const node = await sim.host(Number(host)).spawn(TranscriptNode, { name: name!, parameters });
      nodes.set(name!, node);
      await node.ask.create();
      return undefined;
    },
    /** `join NAME HOST GATEWAY` */
    async join(sim, [name, host, gateway]) {
      const node = await sim.host(Number(host)).spawn(TranscriptNode, { name: name!, parameters });
      nodes.set(name!, node);
      await node.ask.join({ gateway: named(gateway) });
      return undefined;
    },
    async leave(_sim, [name]) {
      await named(name).ask.leave();
      return undefined;
    },
    async stabilize(_sim, names) {
      for (const name of names) named(name).tell.stabilize();
      return undefined;
    },
    /** `lookup KEY NODE` */
    async lookup(_sim, [key, name]) {
      const { owner, hops, timeouts } = await named(name).ask.lookup({ key: key! });
      return `${key} is with ${owner.id} after ${hops} steps, ${timeouts} timeouts`;
    },
    async show(_sim, names) {
      const views = await Promise.all(names.map((name) => named(name).ask.view()));
      return views
        .map(
          (view, i) =>
            `${names[i]} ${view.id}: successors ${view.successors.join(' ')}, predecessor ${view.predecessor ?? 'none'}`,
        )
        .join('\n');
    },
    async places(_sim, names) {
      return names.map((name) => `${name} ${identifierOf(name, { bits: 16, hash: 'sha1' })}`).join('\n');
    },
  };
};

const bosses = { 'one-for-one': Boss, 'one-for-all': Conductor, 'rest-for-one': Foreman } as const;

const supervision: Kit = () => {
  const workers = new Map<string, WorkerRef>();
  let boss: Ref<typeof Boss> | undefined;
  let notes: NotesRef | undefined;
  let shown = 0;
  return {
    /** `boss STRATEGY HOST`, with notes on the same host. */
    async boss(sim, [strategy, on]) {
      const host = sim.host(Number(on));
      notes = await host.spawn(Notes);
      boss = await host.spawn(bosses[strategy as keyof typeof bosses], { label: 'boss', notes });
      return undefined;
    },
    /** `hire LABEL HOST DIRECTIVE` */
    async hire(_sim, [label, host, onFailure]) {
      const on = Number(host);
      const worker = await boss!.ask.hire({ label: label!, on, onFailure: onFailure as 'restart' });
      workers.set(label!, worker);
      return undefined;
    },
    async watch(_sim, [label]) {
      await boss!.ask.watch(workers.get(label!)!);
      return undefined;
    },
    async fail(_sim, [label]) {
      workers.get(label!)!.tell.fail('as told');
      return undefined;
    },
    /** Those that are new. */
    async notes() {
      const all = await notes!.ask.whenThereAre(0);
      const fresh = all.slice(shown);
      shown = all.length;
      return fresh.join('\n');
    },
  };
};

const Leaf = actor('transcripts/Leaf', {
  protocol: { read: ask(z.string(), z.string(), { concurrent: true }), sleep: tell(z.number()) },
  create: (_args, ctx) => {
    let slowMs = 0;
    return {
      async read(key) {
        await ctx.sleep(1 + slowMs);
        return `${key} from node ${ctx.node}`;
      },
      sleep(ms) {
        slowMs = ms;
      },
    };
  },
});

const Reader = actor('transcripts/Reader', {
  args: z.object({ size: z.number() }),
  protocol: {
    warm: ask(z.number(), z.void()),
    read: ask(z.string(), z.string()),
    slow: tell(z.object({ slot: z.number(), ms: z.number() })),
  },
  create: ({ size }, ctx) => {
    let leaves: Pool<typeof Leaf> | undefined;
    const open = async () => {
      leaves ??= await pool(ctx, Leaf, size, {
        on: (slot: number) => slot + 2,
        route: 'round-robin',
        hedge: { percentile: 90, budget: 1, samples: 4 },
      });
      return leaves;
    };
    return {
      async warm(times) {
        const all = await open();
        for (let i = 0; i < times; i++) await all.ask.read('warm');
      },
      read: async (key) => (await open()).ask.read(key),
      slow({ slot, ms }) {
        leaves?.members[slot]?.tell.sleep(ms);
      },
    };
  },
});

const hedging: Kit = () => {
  let reader: Ref<typeof Reader> | undefined;
  return {
    /** `reader SIZE`: on host 1, with a pool of leaves on those after it. */
    async reader(sim, [size]) {
      reader = await sim.host(1).spawn(Reader, { size: Number(size) });
      return undefined;
    },
    async warm(_sim, [times]) {
      await reader!.ask.warm(Number(times));
      return undefined;
    },
    async slow(_sim, [slot, ms]) {
      reader!.tell.slow({ slot: Number(slot), ms: Number(ms) });
      return undefined;
    },
    async read(_sim, [key]) {
      return reader!.ask.read(key!);
    },
  };
};

export const kits: Readonly<Record<string, Kit>> = { chord, supervision, hedging };
