// The ground that systems stand on: worker threads, and rings in shared memory between them.
import { ActorNode } from '../node/node.ts';
import { allocateBoard, Board } from '../threads/board.ts';
import { RingTransport } from '../threads/ringTransport.ts';
import { WorkerHandle } from '../threads/workerHandle.ts';
import { threadClock, threadWorld } from '../threads/world.ts';
import type { MakeGround } from './ground.ts';

const host = 0;

export const threadGround: MakeGround = (ringBytesMax, connect) => {
  const memory = allocateBoard();
  const board = new Board(memory, host);
  const transport = new RingTransport({ node: host, board, ringBytesMax, down: [], spin: false, connect });
  return {
    board,
    memory,
    transport,
    clock: threadClock,
    hostNode: (control, settings, given) =>
      new ActorNode(host, threadWorld(transport, board, control, given), settings),
    start: (settings, control, onDown) => new WorkerHandle(settings, control, onDown),
  };
};
