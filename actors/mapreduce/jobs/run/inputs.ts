// What a run reads, as parts: files as they are, and what comes otherwise, written down first.
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { InvalidOptionError } from '../../../../lib/index.ts';
import { findInputs, InputError, type InputFile } from '../../inputs/index.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import type { InputPart } from '../engine/messages.ts';
import type { Job } from '../job.ts';
import type { RunOptions } from './options.ts';
import { resultInput } from './result.ts';

/** What comes as a stream or as values is cut into inputs of about this size. */
const pieceBytes = 4 * 1024 * 1024;
/** So much of it stays in memory; beyond, it is written to the run's directory. */
const memoryBytesMax = 16 * 1024 * 1024;

/** All that a run reads. */
export async function gatherInputs(job: Job, options: RunOptions, directory: string): Promise<InputPart[]> {
  const { paths, files, stream, values, after, signal } = options;
  const inputs: InputPart[] = [];
  // Where the output directory is inside of what is read, so is this run's own directory.
  const add = ({ path: name, bytes, remote }: InputFile): void => {
    if (remote !== undefined) throw new InputError(`${name} is on a server: jobs read files. Fetch it first`);
    const path = resolve(name);
    if (!path.startsWith(`${directory}${sep}`)) inputs.push(whole(path, bytes));
  };
  if (paths !== undefined) {
    const found = await findInputs(paths, signal === undefined ? {} : { signal });
    const problem = found.problems[0];
    if (problem !== undefined) throw problem.error;
    if (found.pipes.length > 0) {
      throw new InputError(`${found.pipes[0]} is a pipe: give it as a stream`);
    }
    for (const file of found.files) add(file);
  }
  for (const file of files ?? []) add(file);
  if (after !== undefined) inputs.push(...after[resultInput]);
  const spool = new Spool(directory);
  if (stream !== undefined) await spoolStream(job, stream, spool);
  if (values !== undefined) await spoolValues(values, spool);
  inputs.push(...spool.inputs);
  const given = [paths, files, stream, values, after].some((source) => source !== undefined);
  if (!given)
    throw new InvalidOptionError(
      `job '${job.name}' is given nothing to read: paths, files, stream, values or after`,
    );
  return inputs;
}

/** Of each file, what tells that it is another one than before. */
export function identityOf({ path, start, end, bytes, content }: InputPart): unknown {
  if (content !== undefined) return [path, start, end, bytes];
  return [path, start, end, bytes, statSync(path, { throwIfNoEntry: false })?.mtimeMs];
}

function whole(path: string, bytes: number): InputPart {
  return { path, start: 0, end: bytes, bytes };
}

/** Keeps pieces of input that are in no file of the user's. */
class Spool {
  readonly inputs: InputPart[] = [];
  private held = 0;
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  add(name: string, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.held += bytes.length;
    if (this.held <= memoryBytesMax) {
      this.inputs.push({ ...whole(name, bytes.length), content: bytes });
      return;
    }
    const path = `${this.directory}/input-${this.inputs.length}`;
    const descriptor = openSync(path, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    } finally {
      closeSync(descriptor);
    }
    this.inputs.push(whole(path, bytes.length));
  }
}

async function spoolStream(job: Job, stream: AsyncIterable<Uint8Array>, spool: Spool): Promise<void> {
  const { cutBehind } = job.input;
  if (cutBehind === undefined) {
    throw new InvalidOptionError(
      `job '${job.name}' reads ${job.input.name}, which a stream can't be cut into`,
    );
  }
  const held = new ByteWriter(pieceBytes);
  for await (const bytes of stream) {
    held.raw(bytes);
    if (held.length < pieceBytes) continue;
    const cut = cutBehind(held.bytes);
    spool.add('stdin', new Uint8Array(held.bytes.subarray(0, cut)));
    const rest = new Uint8Array(held.bytes.subarray(cut));
    held.clear();
    held.raw(rest);
  }
  spool.add('stdin', held.copy());
}

async function spoolValues(values: Iterable<unknown> | AsyncIterable<unknown>, spool: Spool): Promise<void> {
  const held = new ByteWriter(pieceBytes);
  const add = (): void => {
    spool.add('values', held.copy());
    held.clear();
  };
  for await (const value of values) {
    held.value(value);
    if (held.length >= pieceBytes) add();
  }
  add();
}
