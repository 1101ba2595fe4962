// Files in memory, for simulations: shared by all hosts, as one machine's disk is by its threads. It can be full.
import type { Disk, NewFile } from '../../../../actors/mapreduce/jobs/files/disk.ts';

export class MemoryDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  private readonly directories = new Set<string>();
  /** What may still be written. */
  bytesLeft = Number.POSITIVE_INFINITY;

  put(path: string, content: string | Uint8Array): void {
    this.files.set(path, new Uint8Array(Buffer.from(content as string)));
  }

  sizeOf(path: string): number | undefined {
    return this.files.get(path)?.length;
  }

  open(path: string) {
    const content = this.files.get(path);
    if (content === undefined) throw systemError('ENOENT', 'open', path);
    return {
      bytes: content.length,
      read(into: Uint8Array, position: number): number {
        const piece = content.subarray(position, position + into.length);
        into.set(piece);
        return piece.length;
      },
      close() {},
    };
  }

  create(path: string): NewFile {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (!this.directories.has(parent)) throw systemError('ENOENT', 'open', path);
    this.files.set(path, new Uint8Array(0));
    return this.append(path);
  }

  append(path: string): NewFile {
    return {
      write: (bytes) => {
        this.bytesLeft -= bytes.length;
        if (this.bytesLeft < 0) throw systemError('ENOSPC', 'write', path);
        this.files.set(path, Buffer.concat([this.files.get(path) ?? new Uint8Array(0), bytes]));
      },
      close() {},
    };
  }

  rename(from: string, to: string): void {
    const moved = [...this.files].filter(([path]) => path === from || path.startsWith(`${from}/`));
    if (moved.length === 0 && !this.directories.has(from)) throw systemError('ENOENT', 'rename', from);
    for (const [path, content] of moved) {
      this.files.delete(path);
      this.files.set(to + path.slice(from.length), content);
    }
    if (this.directories.delete(from)) this.directories.add(to);
  }

  remove(path: string): void {
    for (const name of [...this.files.keys(), ...this.directories]) {
      if (name !== path && !name.startsWith(`${path}/`)) continue;
      this.files.delete(name);
      this.directories.delete(name);
    }
  }

  makeDirectory(path: string): void {
    this.directories.add(path);
  }

  list(path: string): string[] {
    const names = [...this.files.keys()].filter((name) => name.startsWith(`${path}/`));
    return names.map((name) => name.slice(path.length + 1)).sort();
  }
}

function systemError(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
