// What the first bytes of an input say about it: text (and in which encoding), or something not to count.

/** How an input's bytes are to be read. `start`: where its text begins, behind a byte-order mark. */
export type Sniffed =
  | { readonly kind: 'utf8'; readonly start: number }
  | { readonly kind: 'utf16'; readonly encoding: 'utf-16le' | 'utf-16be'; readonly start: number }
  | { readonly kind: 'binary' };

/** How many bytes {@link sniff} wants to see. */
export const sniffBytes = 8192;

/** Binary is a NUL byte in the first 8 KB of an input without a byte-order mark. */
export function sniff(head: Uint8Array): Sniffed {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { kind: 'utf8', start: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { kind: 'utf16', encoding: 'utf-16le', start: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { kind: 'utf16', encoding: 'utf-16be', start: 2 };
  return head.subarray(0, sniffBytes).includes(0) ? { kind: 'binary' } : { kind: 'utf8', start: 0 };
}
