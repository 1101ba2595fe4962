// Names of inputs that are somewhere else. Apart from what fetches them, so that nothing of that is loaded where all
// inputs are files.

/** What is known of an input that isn't a local file. */
export interface RemoteInput {
  /** Whether it can be asked for in ranges; otherwise it is one stream, read from its beginning. */
  readonly ranges: boolean;
  /** False where the server doesn't say how long it is: its size then counts as 0. */
  readonly sized: boolean;
  /** What tells this version of it from another: the entity tag, or else the date of its last change. */
  readonly etag?: string | undefined;
  readonly modified?: string | undefined;
}

/** Whether a name is an address: `https://`, `http://` or `s3://`. */
export function isRemote(name: string): boolean {
  return /^(https?|s3):\/\//i.test(name);
}

/** The part of a path or an address that says what the file is called: without what follows `?` or `#`. */
export function fileNameOf(path: string): string {
  return /^https?:\/\//i.test(path) ? path.replace(/[?#].*$/s, '') : path;
}
