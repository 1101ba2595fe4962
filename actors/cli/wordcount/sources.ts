// What one run reads: the files that the names stand for, and at most one stream, which is standard input or a
// named pipe.
import type { Readable } from 'node:stream';
import {
  findInputs,
  InputError,
  type InputFile,
  type InputProblem,
  readNameFile,
  readNames,
} from '../../mapreduce/inputs/index.ts';
import type { CommandIo } from '../io.ts';
import { openPipe } from '../pipe.ts';
import { withoutOwn } from './ownFiles.ts';
import type { WordCountRequest } from './request.ts';

export interface Sources {
  readonly files: readonly InputFile[];
  readonly stream: AsyncIterable<Uint8Array> | undefined;
  /** What the stream is called in reports. */
  readonly streamName: string;
  readonly problems: readonly InputProblem[];
  /** True when there is neither a file nor a stream. */
  readonly isNothing: boolean;
  /** Lets go of the pipe, if there is one, however far it was read. */
  close(): void;
}

export async function findSources(
  request: WordCountRequest,
  io: CommandIo,
  onProgress: (filesFound: number) => void,
): Promise<Sources> {
  const listProblems: InputProblem[] = [];
  const {
    files: found,
    pipes,
    problems,
  } = await findInputs(request.paths, {
    ...{ signal: io.signal, onProgress, include: request.include, exclude: request.exclude },
    ...(request.filesFrom && { paths: listed(request.filesFrom, io, listProblems) }),
  });
  problems.push(...listProblems);
  const files = withoutOwn(found, request);
  let stream = request.readsStdin ? io.stdin : undefined;
  let streamName = 'stdin';
  let pipe: Readable | undefined;
  for (const path of pipes) {
    try {
      if (stream) throw new InputError(secondStream);
      pipe = openPipe(path);
      stream = pipe;
      streamName = path;
    } catch (error) {
      problems.push({ path, error: error as Error });
    }
  }
  const isNothing = files.length === 0 && stream === undefined;
  return { files, stream, streamName, problems, isNothing, close: () => void pipe?.destroy() };
}

/** The names in a list; what is wrong with the list itself is a problem like that of a file. */
async function* listed(
  { path, separator }: NonNullable<WordCountRequest['filesFrom']>,
  io: CommandIo,
  problems: InputProblem[],
): AsyncGenerator<string> {
  try {
    yield* path === undefined ? readNames(io.stdin, separator) : readNameFile(path, separator);
  } catch (error) {
    problems.push({ path: path ?? 'stdin', error: error as Error });
  }
}

const secondStream =
  'only one pipe, or standard input, is read in a run: join them, as in cat PIPE... | thrum wordcount';
