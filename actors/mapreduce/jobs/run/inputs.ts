// What a run reads, as parts: files as they are, and what comes otherwise, written down first.
import { createWriteStream, statSync, writeFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InvalidOptionError } from '../../../../lib/index.ts';
import { JobFailedError } from '../../errors.ts';
import { describeFailure, findInputs, InputError, type InputFile } from '../../inputs/index.ts';
import { ByteWriter } from '../encoding/byteWriter.ts';
import type { InputPart } from '../engine/messages.ts';
import type { Job } from '../job.ts';
import type { Reader } from '../readers/reader.ts';
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
    if (remote !== undefined) return void inputs.push({ ...whole(name, bytes), remote });
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
export function identityOf({ path, start, end, bytes, content, remote }: InputPart): unknown {
  if (remote !== undefined) return [path, start, end, bytes, remote.etag ?? remote.modified ?? ''];
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

  /** `base`: where in what is called `name` the bytes were. */
  add(name: string, bytes: Uint8Array, base = 0): void {
    if (bytes.length === 0) return;
    this.held += bytes.length;
    const about = { name, base };
    if (this.held <= memoryBytesMax) {
      this.inputs.push({ ...whole(name, bytes.length), content: bytes, ...about });
      return;
    }
    const path = this.newPath();
    try {
      writeFileSync(path, bytes);
    } catch (error) {
      throw notKept(name, error);
    }
    this.inputs.push({ ...whole(path, bytes.length), ...about });
  }

  /** All of it as one input, for readers that cut nothing. */
  async addWhole(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.newPath();
    const file = createWriteStream(path);
    let problem: unknown;
    file.on('error', (error) => {
      problem = error;
    });
    await pipeline(pieces, file).catch((error: unknown) => {
      throw problem === error ? notKept(name, error) : error;
    });
    this.inputs.push({ ...whole(path, statSync(path).size), name });
  }

  private newPath(): string {
    return `${this.directory}/input-${this.inputs.length}`;
  }
}

/** What is read from a stream is kept in the run's directory until it is mapped. */
function notKept(name: string, cause: unknown): JobFailedError {
  return new JobFailedError(`what is read from ${name} can't be written down: ${describeFailure(cause)}`, {
    cause,
  });
}

async function spoolStream(job: Job, stream: AsyncIterable<Uint8Array>, spool: Spool): Promise<void> {
  const { input: reader } = job;
  if (reader.cutBehind === undefined && reader.records === undefined) {
    throw new InvalidOptionError(`job '${job.name}' reads ${reader.name}, which a stream can't be cut into`);
  }
  if (reader.unpacks !== true) return spoolDocument(reader, 'stdin', stream, spool);
  const { documentsOf } = await import('../../inputs/documents.ts');
  for await (const { name, bytes } of documentsOf('stdin', stream)) {
    await spoolDocument(reader, name, bytes, spool);
  }
}

async function spoolDocument(
  { cutBehind }: Reader<unknown>,
  name: string,
  stream: AsyncIterable<Uint8Array>,
  spool: Spool,
): Promise<void> {
  if (cutBehind === undefined) return spool.addWhole(name, stream);
  const held = new ByteWriter(pieceBytes);
  let base = 0;
  for await (const bytes of stream) {
    held.raw(bytes);
    if (held.length < pieceBytes) continue;
    const cut = cutBehind(held.bytes);
    spool.add(name, new Uint8Array(held.bytes.subarray(0, cut)), base);
    base += cut;
    const rest = new Uint8Array(held.bytes.subarray(cut));
    held.clear();
    held.raw(rest);
  }
  spool.add(name, held.copy(), base);
}

async function spoolValues(values: Iterable<unknown> | AsyncIterable<unknown>, spool: Spool): Promise<void> {
  const held = new ByteWriter(pieceBytes);
  let count = 0;
  let base = 0;
  const add = (): void => {
    spool.add('values', held.copy(), base);
    base = count;
    held.clear();
  };
  for await (const value of values) {
    held.value(value);
    count++;
    if (held.length >= pieceBytes) add();
  }
  add();
}
