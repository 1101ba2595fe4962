// The database alone, from one thread, with its own asynchronous writes.
import path from 'node:path';
// Node.js finds it in the repository's root, as it does zod.
import { open } from 'lmdb';
import { newDirectory } from '../run.js';

export const cases = {
  'put, one in flight': async (meter) => {
    const database = open({ path: path.join(await newDirectory(), 'data.mdb'), overlappingSync: false });
    const count = meter.size(200, 20);
    return meter.microseconds(async () => {
      for (let i = 0; i < count; i++) await database.put(`key ${i}`, i);
      return count;
    });
  },
};
