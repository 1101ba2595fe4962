// What Piscina loads on each of its threads: takes a run, does it, and answers.
import { threadId, workerData } from 'node:worker_threads';
import { TaskThread } from '../node/taskRun.ts';
import { importModule } from '../threads/importModule.ts';
import { markAsNode } from '../threads/nodeFlag.ts';
import { nodePlatform } from '../threads/platform.ts';
import { writeStdioAtOnce } from '../threads/syncStdio.ts';
import { type Parcel, transferable } from '../wire/taskFrames.ts';
import { RunSlots, roomBytes } from './slots.ts';
import { SlotContext } from './taskSignal.ts';

/** What a pool's threads are started with. */
export interface PoolData {
  readonly thrumTasks: SharedArrayBuffer;
}

/** A run: its slot, and the length of the request there or, where it has no room, the request. */
export interface Handed {
  readonly slot: number;
  readonly request: number | Parcel;
}

/** The length of the outcome in the slot, or the outcome; `undefined` where nobody wanted it. */
export type Answer = number | Parcel | undefined;

// An app's entry file that defines tasks is imported here too: it must not start a second system.
markAsNode();
writeStdioAtOnce();
const slots = new RunSlots((workerData as PoolData).thrumTasks);
const thread = new TaskThread(nodePlatform, importModule, `task thread ${threadId}`);

/** The function that Piscina calls. */
export default function run({ slot, request }: Handed): unknown {
  if (!slots.begin(slot, threadId)) return undefined;
  const parcel = typeof request === 'number' ? { frame: slots.take(slot, request), beside: [] } : request;
  const context = new SlotContext(slots, slot);
  const outcome = thread.run(parcel, context);
  if (!(outcome instanceof Promise)) return answer(slot, context, outcome);
  return outcome.then((parcel) => answer(slot, context, parcel));
}

function answer(slot: number, context: SlotContext, outcome: Parcel): unknown {
  context.end();
  slots.finish(slot);
  const { frame, beside } = outcome;
  if (frame.length > roomBytes || beside.length > 0) return giveAway(outcome);
  slots.put(slot, frame);
  return frame.length;
}

/** Piscina transfers what its own `move` has marked. It is loaded only where something is. */
async function giveAway(outcome: Parcel): Promise<unknown> {
  const buffers = transferable(outcome);
  if (buffers.length === 0) return outcome;
  const { Piscina } = await import('piscina');
  return Piscina.move({
    get [Piscina.transferableSymbol]() {
      return buffers;
    },
    get [Piscina.valueSymbol]() {
      return outcome;
    },
  } as never);
}
