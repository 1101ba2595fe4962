// The files in a tar archive, one after the other as they come by.
import { InputError } from './problem.ts';

/** How many of an input's first bytes {@link isTar} looks at. */
export const tarMarkBytes = 262;

/** Whether an input that begins with `head` is a tar archive of POSIX or GNU. */
export function isTar(head: Uint8Array): boolean {
  return head.length >= tarMarkBytes && Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar';
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
      if (header.type === 'file') {
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
