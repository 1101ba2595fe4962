// Counting on the thread that runs the command.
import { countHere } from '../mapreduce/wordcount/countHere.ts';
import type { Engine } from './engine.ts';

export const engineHere: Engine = {
  threads: 1,
  count({ files = [], ...options }) {
    let bytesDone = 0;
    let filesDone = 0;
    const bytesTotal = files.reduce((sum, file) => sum + file.bytes, 0);
    // Later, so that whoever draws the progress has begun.
    const result = Promise.resolve().then(async () => {
      options.signal?.throwIfAborted();
      const counted = await countHere(files, options);
      bytesDone = bytesTotal;
      filesDone = counted.files;
      return counted;
    });
    return { result, progress: () => ({ bytesDone, bytesTotal, filesDone, filesTotal: files.length }) };
  },
  close: async () => {},
};
