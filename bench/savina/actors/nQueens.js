// N queens: a master deals boards to 20 workers, which split them down to a depth of 4 and then search.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place, surely } from './config.js';

const boardSchema = z.array(z.number());

const MasterProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  work: tell(boardSchema),
  solution: tell(),
  done: tell(),
};

/** Whether a queen of the last row is safe from those above; `board` holds a column a row. */
function lastIsSafe(board) {
  const row = board.length - 1;
  const column = board[row];
  for (let i = 0; i < row; i++) {
    const distance = column - board[i];
    if (distance === 0 || distance === row - i || distance === i - row) return false;
  }
  return true;
}

/** The boards with one more queen. */
function boardsAfter(board, queens) {
  const boards = [];
  for (let column = 0; column < queens; column++) {
    const next = [...board, column];
    if (lastIsSafe(next)) boards.push(next);
  }
  return boards;
}

/** Calls `found` for each whole board below `board`. */
function search(board, queens, found) {
  if (board.length === queens) return found();
  for (let column = 0; column < queens; column++) {
    board.push(column);
    if (lastIsSafe(board)) search(board, queens, found);
    board.pop();
  }
}

const Worker = actor('savina/QueensWorker', {
  module: import.meta.url,
  args: z.object({ master: refOf(() => MasterProtocol), queens: z.number(), threshold: z.number() }),
  protocol: { work: tell(boardSchema) },
  create: ({ master, queens, threshold }) => ({
    work(board) {
      if (board.length >= threshold) search(board, queens, () => surely(master, 'solution'));
      else for (const next of boardsAfter(board, queens)) surely(master, 'work', next);
      surely(master, 'done');
    },
  }),
});

/** The master; replies with the number of solutions. */
export const NQueens = actor('savina/NQueens', {
  module: import.meta.url,
  args: configSchema,
  protocol: MasterProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    let workers;
    let dealt = 0;
    let done = 0;
    let solutions = 0;
    const deal = (board) => surely(workers[dealt++ % workers.length], 'work', board);
    return {
      async run() {
        const { queens, threshold } = size;
        workers = await Promise.all(
          Array.from({ length: size.workers }, (_, i) =>
            ctx.spawn(Worker, { master: ctx.self, queens, threshold }, place(nodes, i + 1)),
          ),
        );
        deal([]);
        return promise;
      },
      work: deal,
      solution() {
        solutions++;
      },
      // A worker's boards and solutions are here before its `done`.
      done() {
        if (++done === dealt) resolve(solutions);
      },
    };
  },
});
