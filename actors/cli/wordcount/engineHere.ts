// Counting on the thread that runs the command.
import { type CountHereOptions, countHere } from '../../mapreduce/wordcount/countHere.ts';
import type { Engine } from './engine.ts';

export const engineHere: Engine = {
  threads: 1,
  /** Of tokenizers only the plain ones are asked of it: engine.ts sees to that. */
  count({ files = [], ...options }) {
    let bytesDone = 0;
    let filesDone = 0;
    const bytesTotal = files.reduce((sum, file) => sum + file.bytes, 0);
    // Later, so that whoever draws the progress has begun.
    const result = Promise.resolve().then(async () => {
      options.signal?.throwIfAborted();
      const counted = await countHere(files, options as CountHereOptions);
      bytesDone = bytesTotal;
      filesDone = counted.files;
      return counted;
    });
    return { result, progress: () => ({ bytesDone, bytesTotal, filesDone, filesTotal: files.length }) };
  },
  close: async () => {},
};
