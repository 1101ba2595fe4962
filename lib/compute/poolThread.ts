// What Piscina loads on each of its threads. Piscina wakes a thread for a shift: it does the run that it is handed, if
// any, then those that wait in shared memory, one after the other, until there are none and none comes within a moment.
// So a burst of short runs costs a message a shift instead of two a run.
import { performance } from 'node:perf_hooks';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { TaskThread } from '../node/taskRun.ts';
import { importModule } from '../threads/importModule.ts';
import { markAsNode } from '../threads/nodeFlag.ts';
import { nodePlatform } from '../threads/platform.ts';
import { writeStdioAtOnce } from '../threads/syncStdio.ts';
import { ByteReader } from '../wire/buffer.ts';
import { type Parcel, transferable } from '../wire/taskFrames.ts';
import { Lookout, lookMs } from './lookout.ts';
import { RunSlots, roomBytes } from './slots.ts';
import { SlotContext } from './taskSignal.ts';

/** What a pool's threads are started with. */
export interface PoolData {
  readonly thrumTasks: SharedArrayBuffer;
}

/** What Piscina wakes a thread for: a shift's number, and a run that didn't fit into its slot. */
export interface Handed {
  readonly shift: number;
  readonly slot: number | undefined;
  readonly request: Parcel | undefined;
}

/** An outcome that didn't fit into its run's slot; a shift ends with it. */
export interface Answer {
  readonly slot: number;
  readonly outcome: Parcel;
}

// An app's entry file that defines tasks is imported here too: it must not start a second system.
markAsNode();
writeStdioAtOnce();
const slots = new RunSlots((workerData as PoolData).thrumTasks);
const thread = new TaskThread(nodePlatform, importModule, `task thread ${threadId}`);
/** One at a time: a thread has one run at a time. */
const inRoom = new ByteReader(nodePlatform, slots.bytes);

const lookout = new Lookout();
const looksPerClockReading = 32;

/** The function that Piscina calls: a shift. */
export default function work({ shift, slot, request }: Handed): unknown {
  slots.enter(shift, threadId);
  if (slot === undefined) return goOn(shift, false);
  if (!slots.begin(slot, shift)) return undefined;
  const reader = new ByteReader(nodePlatform, request!.frame);
  reader.beside = { buffers: request!.beside };
  const context = new SlotContext(slots, slot);
  const outcome = thread.run(reader, context);
  if (outcome instanceof Promise)
    return outcome.then((parcel) => end(slot, context, parcel) ?? goOn(shift, true));
  return end(slot, context, outcome) ?? goOn(shift, true);
}

/**
 * Does what waits.
 *
 * @param unheard whether a run has ended in this shift of which the host doesn't know yet
 */
function goOn(shift: number, unheard: boolean): unknown {
  for (;;) {
    let slot = slots.take(shift);
    // When a shift ends, the host looks at what has ended.
    if (slot === undefined && !(slots.mayStay(shift) && lookout.isWorthIt())) return undefined;
    // The next run may take long, or to come.
    if (unheard && slots.mustCall()) parentPort!.postMessage(null);
    if (slot === undefined) {
      slot = waitForRun(shift);
      lookout.note(slot !== undefined);
      if (slot === undefined) return undefined;
    }
    inRoom.position = slots.roomAt(slot);
    inRoom.end = inRoom.position + slots.lengthOf(slot);
    const context = new SlotContext(slots, slot);
    const outcome = thread.run(inRoom, context);
    if (outcome instanceof Promise)
      return outcome.then((parcel) => end(slot, context, parcel) ?? goOn(shift, true));
    const last = end(slot, context, outcome);
    if (last !== undefined) return last;
    unheard = true;
  }
}

/** Begins the next run that is put into a room, where one is within a moment. */
function waitForRun(shift: number): number | undefined {
  const until = performance.now() + lookMs;
  let seen = slots.offered - 1;
  do {
    for (let looks = 0; looks < looksPerClockReading; looks++) {
      if (slots.offered === seen) continue;
      seen = slots.offered;
      const slot = slots.take(shift);
      if (slot !== undefined) return slot;
    }
  } while (performance.now() < until && slots.mayStay(shift));
  return undefined;
}

/** A run is over. What it returns ends the shift; undefined: the shift goes on. */
function end(slot: number, context: SlotContext, outcome: Parcel): Promise<unknown> | undefined {
  context.end();
  const { frame, beside } = outcome;
  const fits = frame.length <= roomBytes && beside.length === 0;
  if (fits) slots.put(slot, frame);
  else slots.putElsewhere(slot);
  if (!slots.finish(slot)) return neverAgain;
  return fits ? undefined : giveAway({ slot, outcome });
}

/** Of a thread that is about to be ended: it must not begin what it would take along. */
const neverAgain = new Promise<never>(() => {});

/** Piscina transfers what its own `move` has marked. It is loaded only where something is. */
async function giveAway(answer: Answer): Promise<unknown> {
  const buffers = transferable(answer.outcome);
  if (buffers.length === 0) return answer;
  const { Piscina } = await import('piscina');
  return Piscina.move({
    get [Piscina.transferableSymbol]() {
      return buffers;
    },
    get [Piscina.valueSymbol]() {
      return answer;
    },
  } as never);
}
