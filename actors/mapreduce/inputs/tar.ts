// The files in a tar archive, one after the other as they come by.
import { InputError } from './problem.ts';

/** How many of an input's first bytes {@link isTar} looks at. */
export const tarMarkBytes = 512;

/**
 * Whether an input that begins with `head` is a tar archive: of POSIX or GNU, which are marked, or of Unix V7, whose
 * first header can only be told by its checksum.
 */
export function isTar(head: Uint8Array): boolean {
  return latin1(head, 257, 262) === 'ustar' || isSummedHeader(head);
}

/** Where a header says what its bytes add up to, in octal digits; it counts as spaces itself. */
const sumStart = 148;
const sumEnd = 156;

function isSummedHeader(head: Uint8Array): boolean {
  if (head.length < tarMarkBytes) return false;
  // A name comes first, and zeros fill the block: text has none, so nothing is added up for it.
  if (head[0] === 0 || head[257] !== 0 || head[511] !== 0) return false;
  const [digits] = /^ *[0-7]+(?=[ \0]*$)/.exec(latin1(head, sumStart, sumEnd)) ?? [];
  if (digits === undefined) return false;
  let sum = 0;
  for (let at = 0; at < tarMarkBytes; at++) sum += at >= sumStart && at < sumEnd ? 0x20 : head[at]!;
  return Number.parseInt(digits, 8) === sum;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1');
}

/** A regular file in an archive. */
export interface TarMember {
  readonly name: string;
  readonly bytes: number;
  /** To be read before the next member is asked for; what isn't read is passed over. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The regular files of an archive; links, directories and devices are passed over.
 *
 * @throws InputError for an archive that is damaged or was cut off; what `source` throws, as it is
 */
export async function* tarMembers(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const { createTarDecoder } = await import('modern-tar');
  const decoder = createTarDecoder({ strict: true });
  let sourceError: unknown;
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      sourceError = error;
      throw error;
    }
  };
  const written = ReadableStream.from(watched()).pipeTo(decoder.writable);
  // Whoever reads gets the same error.
  written.catch(() => {});
  const members = decoder.readable.getReader();
  try {
    for (;;) {
      const { value, done } = await members.read();
      if (done) break;
      const { header, body } = value;
      // In archives of Unix V7 a directory is told by its name only.
      if (header.type === 'file' && !header.name.endsWith('/')) {
        const explained = explain(body);
        yield { name: header.name, bytes: header.size, body: explained };
      }
      if (!body.locked) await body.cancel();
    }
    await written;
  } catch (error) {
    throw sourceError ?? damaged(error);
  } finally {
    await members.cancel().catch(() => {});
  }

  async function* explain(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = body.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw sourceError ?? damaged(error);
    } finally {
      await reader.cancel().catch(() => {});
    }
  }
}

function damaged(error: unknown): unknown {
  if (error instanceof InputError) return error;
  return new InputError(`is a damaged tar archive (${(error as Error).message})`, { cause: error });
}
