// One run of each kind over the store.
import type { ChordRef } from '../../../actors/chord/messages.ts';
import { AskTimeoutError } from '../../../lib/index.ts';
import { type History, History as Recorder } from '../../../lib/sim/history.ts';
import type { SimulatedHost } from '../../../lib/sim/index.ts';
import { simulate } from '../../../lib/sim/index.ts';
import {
  checkLinearizable,
  type RegisterInput,
  registers,
  type Verdict,
} from '../../../lib/sim/linearizability.ts';
import { ideal, newId, read, spawnNode, storeSimulation, write } from './store.ts';

/** Three clients read and write two keys by any of six nodes, while messages are lost and hosts pause. */
export async function runStable(
  seed: number,
): Promise<{ verdict: Verdict<RegisterInput, unknown>; operations: number }> {
  const history: History<RegisterInput, unknown> = new Recorder();
  await simulate(storeSimulation(seed, 0.05), async (sim) => {
    const nodes = await ideal(sim, 6);
    let written = 0;
    let open = true;
    const client = async (name: number): Promise<void> => {
      for (let n = 0; n < 12; n++) {
        const { ref } = nodes[Math.floor(sim.random() * nodes.length)]!;
        const key = `key ${Math.floor(sim.random() * 2)}`;
        const writes = sim.random() < 0.5;
        const value = writes ? ++written : undefined;
        const input: RegisterInput = writes ? { kind: 'write', key, value } : { kind: 'read', key };
        // A failure leaves the operation open: it may have happened.
        await history
          .record(name, input, async () => {
            if (value !== undefined) return write(ref, key, value);
            const found = await read(ref, key);
            return { value: found.counter === 0 ? undefined : found.value };
          })
          .catch(() => {});
        await sim.sleep(sim.random() * 40);
      }
    };
    const pauses = async (): Promise<void> => {
      while (open) {
        await sim.sleep(100 + sim.random() * 400);
        const { host } = nodes[Math.floor(sim.random() * nodes.length)]!;
        host.pause();
        // Shorter than it takes to be thought dead: membership is to stay as it is.
        await sim.sleep(sim.random() * 200);
        host.resume();
      }
    };
    void pauses();
    await Promise.all([1, 2, 3].map(client));
    open = false;
  });
  return { verdict: checkLinearizable(history.operations, registers), operations: history.operations.length };
}

/** What a run under churn has seen. */
export interface ChurnRun {
  acknowledged: number;
  failures: number;
  /** Reads that didn't see the last write acknowledged before they began. */
  stale: number;
  reads: number;
  /** Keys whose last acknowledged write isn't there in the end. */
  lost: string[];
}

/** Writes and reads go on while nodes fail, `atOnce` at a time between repairs, and others join. */
export async function runChurn(seed: number, atOnce = 1): Promise<ChurnRun> {
  const run: ChurnRun = { acknowledged: 0, failures: 0, stale: 0, reads: 0, lost: [] };
  await simulate(storeSimulation(seed, 0.01), async (sim) => {
    const nodes = await ideal(sim, 7);
    const free: SimulatedHost[] = [...sim.hosts.slice(7)];
    const acknowledged = new Map<string, number>();
    let open = true;
    const any = () => nodes[Math.floor(sim.random() * nodes.length)]!.ref;
    const use = async (): Promise<void> => {
      while (open) {
        const key = `key ${Math.floor(sim.random() * 8)}`;
        const before = acknowledged.get(key) ?? 0;
        try {
          if (sim.random() < 0.5) {
            const counter = await write(any(), key, 1);
            run.acknowledged++;
            acknowledged.set(key, Math.max(counter, acknowledged.get(key) ?? 0));
          } else {
            const { counter } = await read(any(), key);
            run.reads++;
            if (counter < before) run.stale++;
          }
        } catch {
          // Its node has failed, or too many others: not acknowledged.
        }
        await sim.sleep(sim.random() * 60);
      }
    };
    const users = [use(), use()];
    for (let round = 0; round < 4; round++) {
      await sim.sleep(500);
      for (let n = 0; n < atOnce && nodes.length > 2; n++) {
        const [victim] = nodes.splice(Math.floor(sim.random() * nodes.length), 1);
        victim!.host.crash();
        run.failures++;
      }
      // Longer than it takes to notice the failure, mend the ring and bring back the copies.
      await sim.sleep(8000);
      for (let n = 0; n < atOnce; n++) {
        const host = free.pop();
        if (host === undefined) break;
        const gateway = any();
        const node = await spawnNode(host, newId(sim));
        // The answer may be lost like any other message: the node itself knows.
        await node.ref.ask.join({ gateway }, { timeoutMs: 5000 }).catch(() => {});
        const joined = sim.peek<{ view(): { phase: string } }>(node.ref)?.view().phase;
        if (joined === 'member') nodes.push(node);
        await sim.sleep(3000);
      }
    }
    open = false;
    await Promise.all(users);
    await sim.sleep(5000);
    for (const [key, counter] of acknowledged) {
      const found = await readInTheEnd(any, key);
      if (found < counter) run.lost.push(`${key}: ${found} of ${counter}`);
    }
  });
  return run;
}

/** The counter of the version that is read, 0 when there is none, or no quorum. Answers may be lost: asked thrice. */
async function readInTheEnd(any: () => ChordRef, key: string): Promise<number> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return (await read(any(), key)).counter;
    } catch (error) {
      if (!(error instanceof AskTimeoutError)) return 0;
    }
  }
  return 0;
}
