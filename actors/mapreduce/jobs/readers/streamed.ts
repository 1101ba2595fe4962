// Records of formats that no place can be found in without what comes before it, or behind it.
import type { Reader, StoredBytes } from './reader.ts';

/** A reader that is given each file as a stream. `unpacks`: as of `Reader`. */
export function streamed<R>(
  name: string,
  unpacks: boolean,
  records: (stored: StoredBytes) => AsyncIterable<readonly R[]>,
): Reader<R> {
  return {
    ...{ name, unpacks, records, splits: false },
    open: ({ path }) => {
      throw new TypeError(`${name} of ${path} is read by its records, not in parts`);
    },
  };
}
