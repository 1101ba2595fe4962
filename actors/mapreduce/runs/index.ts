// Sorted, checksummed files of entries: what is spilled, what shards give, and what is merged. Free of the runtime.
export { BlockFile } from './blockFile.ts';
export { BlockWriter, type BlockWriterOptions } from './blockWriter.ts';
export { DamagedRunError, RunStorageError } from './errors.ts';
export { type FileLayer, nodeFiles } from './fileLayer.ts';
export { type KeyRange, RunCursor, RunFile, type RunFooter, RunWriter } from './runFile.ts';
