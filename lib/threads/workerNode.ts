// A node on a worker thread: its world, and its side of the control plane.
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import * as comlink from 'comlink';
import { inspectCell, listActors } from '../node/inspect.ts';
import { ActorNode } from '../node/node.ts';
import { isQuiet } from '../node/quiet.ts';
import type { Control } from '../node/world.ts';
import type { NodeId } from '../protocol/ref.ts';
import { portStorage } from '../store/client.ts';
import { reviveError } from '../wire/errorCodec.ts';
import { Board } from './board.ts';
import {
  type HostControl,
  type NodeData,
  outcomeOf,
  serializeEvent,
  unwrap,
  type WorkerControl,
} from './control.ts';
import { controlEndpoint } from './controlEndpoint.ts';
import { noteEnding } from './ending.ts';
import { guardHeap } from './heap.ts';
import { RingTransport } from './ringTransport.ts';
import { answerForNode } from './selfReport.ts';
import { RemoteTasks } from './taskPort.ts';
import { threadWorld } from './world.ts';

/**
 * Starts the node this thread was made for.
 *
 * @param load imports the module of a definition; undefined where the thread has all it will ever have
 */
export function runNode(data: NodeData['thrumNode'], load: Control['load'] | undefined): void {
  const {
    nodeId,
    own,
    worker,
    host: hostPort,
    board: memory,
    ringBytesMax,
    past,
    heapSoftLimit,
    slowHandlerMs,
    store,
    replacements,
  } = data;
  const host = comlink.wrap<HostControl>(controlEndpoint(hostPort));
  const board = new Board(memory, nodeId);
  const transport = new RingTransport({
    node: nodeId,
    board,
    ringBytesMax,
    down: past.down,
    spin: true,
    connect: (to, { ring, port }) => {
      void host.connect(nodeId, to, ring, comlink.transfer(port, [port as never]));
    },
  });
  const tasks = new RemoteTasks(() => {
    const { port1, port2 } = new MessageChannel();
    void host.tasks(comlink.transfer(port2, [port2 as never]));
    return port1;
  });
  const control: Control = {
    spawn: async (request, on) => unwrap(await host.spawn(request, on)),
    stopped: (trackId) => void host.stopped(trackId),
    cancel: (id) => void host.cancel(id),
    ...(load && { load }),
  };
  const world = threadWorld(transport, board, control, {
    tasks,
    replacements,
    storage: store && portStorage(store),
  });
  const node = new ActorNode(nodeId, world, { slowHandlerMs });
  for (const [id, at] of past.locations) node.locations.set(id, at ?? 'pending');
  noteEnding(board.vitals);
  answerForNode(node);
  if (heapSoftLimit !== undefined) guardHeap(heapSoftLimit, board.vitals);
  let lastEvent: Promise<void> = Promise.resolve();
  // Each event costs a call: those of ordinary life, `started` and `stopped`, aren't made unless observed.
  node.events.on((event) => {
    lastEvent = host.event(serializeEvent(event));
  });
  if (own) node.onIdle = () => void node.resources.close().then(() => host.retire());
  const exposed: WorkerControl = {
    spawn: (request) => outcomeOf(() => node.startRequested(request)),
    accept: (from: NodeId, ring: SharedArrayBuffer, port: MessagePort) =>
      transport.accept(from, { ring, port }),
    nodeDown: (down, why, cause, relocating) =>
      node.endings.nodeDown(down, why, cause && reviveError(cause, []), relocating),
    relocated: (id, to) => node.endings.relocated(id, to),
    forget: (id) => node.locations.gone(id),
    inspect: (cell) => inspectCell(node, cell),
    actors: (limit) => listActors(node, limit),
    quiet: () => transport.settle() && isQuiet(node),
    async close() {
      await node.endings.close();
      // The thread is ended when this returns: what was reported must have arrived.
      await lastEvent;
    },
  };
  // Listening keeps this thread alive until its host ends it.
  comlink.expose(exposed, controlEndpoint(worker));
}
