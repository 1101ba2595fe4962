// Tasks in a world that has no pool, such as a simulation or a test on one thread: each runs on the node's own thread,
// after what is due now, one after the other. It holds the thread while it computes.
import { ByteReader } from '../wire/buffer.ts';
import type { Parcel } from '../wire/taskFrames.ts';
import { TaskThread } from './taskRun.ts';
import type { TaskOutcome, TaskRunner, World } from './world.ts';

export class InlineTasks implements TaskRunner {
  private readonly world: World;
  private thread: TaskThread | undefined = undefined;

  constructor(world: World) {
    this.world = world;
  }

  run(request: Parcel, settle: (outcome: TaskOutcome) => void): () => void {
    let controller: AbortController | undefined;
    let aborted = false;
    const abort = (): void => {
      aborted = true;
      controller?.abort(abortedReason());
    };
    const context = {
      get signal(): AbortSignal {
        controller ??= new AbortController();
        if (aborted) abort();
        return controller.signal;
      },
    };
    this.world.defer(() => {
      if (aborted) return;
      // Whoever runs a task on this thread has imported it.
      this.thread ??= new TaskThread(this.world.platform, undefined, 'this thread');
      const reader = new ByteReader(this.world.platform, request.frame);
      reader.beside = { buffers: request.beside };
      const outcome = this.thread.run(reader, context);
      if (outcome instanceof Promise) void outcome.then(settle);
      else settle(outcome);
    });
    return abort;
  }
}

/** What a task's signal aborts with. */
export function abortedReason(): DOMException {
  return new DOMException('nobody wants the result of this task any more', 'AbortError');
}
