// A job that takes a while for each record, on the first of its threads ten times as long.
import { closeSync, openSync } from 'node:fs';
import { job, textLines, valueOutput } from 'thrum/mapreduce';
import * as z from 'zod';

const still = new Int32Array(new SharedArrayBuffer(4));
let isSlow;

function isFirst(marker) {
  try {
    closeSync(openSync(marker, 'wx'));
    return true;
  } catch {
    return false;
  }
}

export const Slow = job('bench/Slow', {
  module: import.meta.url,
  params: z.object({ ms: z.number(), marker: z.string() }),
  input: textLines(),
  map(line, emit, { params }) {
    isSlow ??= isFirst(params.marker);
    Atomics.wait(still, 0, 0, params.ms * (isSlow ? 10 : 1));
    emit(line, 1);
  },
  reduce(line, _ones, emit) {
    emit(line);
  },
  output: valueOutput(),
});
