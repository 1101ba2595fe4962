// The demo of the ring: real nodes on real threads, in use while nodes are killed and others join.
import { createSystem, type System } from '../../../lib/index.ts';
import { type ChordOptions, type ChordRef, identifierOf, joinRing } from '../../chord/index.ts';
import { type CommandIo, say } from '../io.ts';
import type { ChordDemoRequest } from './command.ts';

const parameters: ChordOptions = {
  successors: 6,
  stabilizeMs: { min: 20, max: 60 },
  repairMs: 100,
  backoffMs: 30,
};
/** Copies of a value: the default of the parameters. */
const copies = 3;
const settlesWithinMs = 60_000;

/** Runs the demo; the exit code is 0 only if every key was found. */
export async function runChordDemo(request: ChordDemoRequest, io: CommandIo): Promise<0 | 1 | 130> {
  const system = await createSystem({
    log: 'silent',
    ...(request.threads !== undefined && { threads: request.threads }),
  });
  try {
    return (await new Demo(system, request, io).run()) ? 0 : 1;
  } catch (error) {
    if (io.signal.aborted) return 130;
    say(io, `chord demo: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await system.close();
  }
}

class Demo {
  private readonly system: System;
  private readonly request: ChordDemoRequest;
  private readonly io: CommandIo;
  private readonly nodes = new Map<string, ChordRef>();
  private named = 0;
  private reads = 0;
  private failed = 0;

  constructor(system: System, request: ChordDemoRequest, io: CommandIo) {
    this.system = system;
    this.request = request;
    this.io = io;
  }

  async run(): Promise<boolean> {
    const { nodes, keys, changes } = this.request;
    for (let n = 0; n < nodes; n++) await this.join();
    await this.untilWhole(0);
    this.print(`${nodes} nodes have joined.`);
    await this.printRing();
    await inTurns(keys, (n) => this.anyNode().ask.put({ key: keyOf(n), value: contentOf(n) }));
    this.print(`${keys === 1 ? '1 key was' : `${keys} keys were`} put, with ${copies} copies each.`);
    await this.whileInUse(async () => {
      for (let n = 0; n < changes; n++) {
        await this.kill();
        // One failure at a time: what is promised holds while fewer copies fail than a write quorum has.
        await this.untilWhole(keys);
        await this.join();
        await this.untilWhole(keys);
      }
    });
    await this.printRing();
    await this.printLookups();
    return this.findAll();
  }

  private async join(): Promise<void> {
    const name = `n${this.named++}`;
    const gateway = this.nodes.size > 0 ? this.anyNode() : undefined;
    const [node] = await joinRing(this.system, { name, parameters, ...(gateway && { gateway }) });
    this.nodes.set(name, node!);
    if (this.named > this.request.nodes) this.print(`${name} has joined.`);
  }

  private async kill(): Promise<void> {
    const [name, node] = [...this.nodes][Math.floor(this.nodes.size / 2)]!;
    this.nodes.delete(name);
    this.system.stop(node, { kill: true });
    this.print(`${name} was killed.`);
  }

  /** Keys are read by turns, from any node, while `work` goes on. */
  private async whileInUse(work: () => Promise<void>): Promise<void> {
    let working = true;
    const reader = async (first: number): Promise<void> => {
      for (let n = first; working; n += 4) {
        const key = n % this.request.keys;
        const found = await this.read(key);
        this.reads++;
        if (!found) this.failed++;
      }
    };
    const readers = [0, 1, 2, 3].map(reader);
    try {
      await work();
    } finally {
      working = false;
      await Promise.all(readers);
    }
    this.print(`Meanwhile keys were read ${this.reads} times; ${this.failed} of the reads failed.`);
  }

  private async read(n: number): Promise<boolean> {
    try {
      const { value } = await this.anyNode().ask.get({ key: keyOf(n) }, { timeoutMs: 20_000 });
      return Buffer.compare(value, contentOf(n)) === 0;
    } catch {
      return false;
    }
  }

  /** Until every node has its neighbours right, and every value its copies. */
  private async untilWhole(keys: number): Promise<void> {
    const deadlineMs = performance.now() + settlesWithinMs;
    for (;;) {
      this.io.signal.throwIfAborted();
      const all = [...this.nodes.values()];
      const views = await Promise.all(all.map((node) => node.ask.view()));
      const ids = views.map(({ id }) => id).sort();
      const isRing = views.every(({ id, successors, predecessor }) => {
        const at = ids.indexOf(id);
        const next = ids[(at + 1) % ids.length];
        return ids.length === 1 || (successors[0] === next && predecessor === ids.at(at - 1));
      });
      const holdings = await Promise.all(all.map((node) => node.ask.holdings()));
      const records = holdings.reduce((sum, holding) => sum + holding.records, 0);
      if (isRing && records === keys * copies && holdings.every(({ moving }) => !moving)) return;
      if (performance.now() > deadlineMs)
        throw new Error(`the ring isn't whole after ${settlesWithinMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private async printRing(): Promise<void> {
    const rows = await Promise.all(
      [...this.nodes].map(async ([name, node]) => {
        const [view, holding] = await Promise.all([node.ask.view(), node.ask.holdings()]);
        return { name, ...view, records: holding.records };
      }),
    );
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    for (const { id, name, successors, records } of rows.sort((a, b) => (a.id < b.id ? -1 : 1))) {
      const next = successors.map((successor) => names.get(successor) ?? '?').join(' ');
      this.print(
        `  ${id.slice(0, 8)}  ${name.padEnd(4)} -> ${next.padEnd(24)} ${String(records).padStart(6)} values`,
      );
    }
  }

  private async printLookups(): Promise<void> {
    const counts = new Map<number, number>();
    let sum = 0;
    const lookups = 1000;
    await inTurns(lookups, async (n) => {
      const { hops } = await this.anyNode().ask.lookup({ key: identifierOf(`lookup ${n}`) });
      counts.set(hops, (counts.get(hops) ?? 0) + 1);
      sum += hops;
    });
    this.print(`${lookups} lookups, ${(sum / lookups).toFixed(2)} steps on average:`);
    for (const [hops, count] of [...counts].sort(([a], [b]) => a - b)) {
      this.print(
        `  ${String(hops).padStart(2)} steps  ${String(count).padStart(5)}  ${'#'.repeat(Math.ceil(count / 20))}`,
      );
    }
  }

  private async findAll(): Promise<boolean> {
    const missing: string[] = [];
    await inTurns(this.request.keys, async (n) => {
      if (!(await this.read(n))) missing.push(keyOf(n));
    });
    const found = this.request.keys - missing.length;
    this.print(`${found} of ${this.request.keys} keys were found.`);
    if (missing.length > 0) say(this.io, `missing: ${missing.slice(0, 10).join(', ')}`);
    return missing.length === 0;
  }

  private anyNode(): ChordRef {
    const nodes = [...this.nodes.values()];
    return nodes[Math.floor(Math.random() * nodes.length)]!;
  }

  private print(line: string): void {
    this.io.stdout.write(`${line}\n`);
  }
}

const keyOf = (n: number): string => `key ${n}`;
const contentOf = (n: number): Uint8Array => new TextEncoder().encode(`the value of key ${n}`);

/** Does it for 0 to `count` − 1, 32 at a time. */
async function inTurns(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(32, count) }, worker));
}
