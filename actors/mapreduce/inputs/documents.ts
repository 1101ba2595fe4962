// What is stored as texts, or other contents, with names: one, or those in an archive, each without its compression.
import { peek } from './pieces.ts';
import { isTar, tarMarkBytes, tarMembers } from './tar.ts';
import { plainBytes } from './text.ts';

export interface Document {
  readonly name: string;
  /** As long as it is stored; undefined where that isn't known: for what isn't in an archive. */
  readonly storedBytes: number | undefined;
  /** To be read before the next document is asked for. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * The documents in what is stored under `name`; those in an archive have its name as a directory.
 *
 * @throws InputError when data is damaged or was cut off; what `stored` throws, as it is
 */
export async function* documentsOf(
  name: string,
  stored: AsyncIterable<Uint8Array>,
): AsyncGenerator<Document> {
  const { head, whole } = await peek(plainBytes(name, stored), tarMarkBytes);
  if (!isTar(head)) {
    try {
      yield { name, storedBytes: undefined, bytes: whole };
    } finally {
      await whole.return();
    }
    return;
  }
  for await (const member of tarMembers(whole)) {
    const path = `${name}/${member.name.replace(/^(\.?\/)+/, '')}`;
    yield { name: path, storedBytes: member.bytes, bytes: plainBytes(path, member.body) };
  }
}
