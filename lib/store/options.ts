// What an app says of its store, checked and with defaults.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectBriefly } from '../protocol/briefly.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { DiskOptions } from './disk.ts';

/** Where and how actors with names keep things. */
export interface StoreOptions {
  /** A directory of its own, made where there is none. One system at a time has it open. */
  directory: string | URL;
  /**
   * `true`, the default: a write is acknowledged when the medium has it, so that it outlives a loss of power. `false`:
   * when the operating system has it; it outlives the process, and a loss of power may take the last writes or damage
   * the file (which is then found, see `verify`).
   */
  fsync?: boolean;
  /**
   * `true`, the default: the whole file is read and checked when it is opened, about 1 GB/s, and a damaged one refused.
   * `false`: damage is found where it is read, as far as checksums tell; a damaged structure may end the process.
   */
  verify?: boolean;
}

/** @throws `InvalidOptionError` */
export function diskOptionsOf(option: string | URL | StoreOptions): DiskOptions {
  const options = typeof option === 'string' || option instanceof URL ? { directory: option } : option;
  const isOptions = typeof options === 'object' && options !== null;
  const { directory, fsync = true, verify = true } = isOptions ? options : { directory: options as string };
  const isUrl = directory instanceof URL;
  if (isUrl ? directory.protocol !== 'file:' : typeof directory !== 'string' || directory === '') {
    throw new InvalidOptionError(
      `store must name a directory (a path or a file: URL), not ${inspectBriefly(directory)}`,
    );
  }
  for (const [name, value] of Object.entries({ fsync, verify })) {
    if (typeof value !== 'boolean') {
      throw new InvalidOptionError(`store.${name} must be true or false, not ${String(value)}`);
    }
  }
  return { directory: isUrl ? fileURLToPath(directory) : resolve(directory as string), fsync, verify };
}
