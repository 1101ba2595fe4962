// Sorted, checksummed files of entries: what is spilled, what shards give, and what is merged. Free of the runtime.
export { BlockFile } from './blockFile.ts';
export { DamagedRunError, RunStorageError } from './errors.ts';
export { type FileLayer, nodeFiles } from './fileLayer.ts';
export { RunCursor, RunFile, RunWriter } from './runFile.ts';
