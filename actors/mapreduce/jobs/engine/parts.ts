// Opening parts of inputs, and cutting inputs into the parts of tasks.
import { isNamedWhole } from '../../inputs/compression.ts';
import { shrunk } from '../../inputs/problem.ts';
import type { Disk } from '../files/disk.ts';
import type { Part, Reader } from '../readers/reader.ts';
import type { InputPart } from './messages.ts';

/** A part to read; close it afterwards. Its `read` throws InputError where the file has become shorter. */
export function openPart(input: InputPart, disk: Disk): Part & { close(): void } {
  const { start, end, bytes, content } = input;
  const path = input.name ?? input.path;
  if (content !== undefined) {
    return {
      ...{ path, start, end, bytes },
      read(into, position) {
        const piece = content.subarray(position, position + into.length);
        into.set(piece);
        return piece.length;
      },
      close() {},
    };
  }
  const file = disk.open(input.path);
  return {
    ...{ path, start, end, bytes },
    read(into, at) {
      const length = file.read(into, at);
      if (length === 0 && into.length > 0 && at < bytes) checkSize(input, disk);
      return length;
    },
    close: () => file.close(),
  };
}

/**
 * Of a file that has ended before its end: throws where it has become shorter. Others of the kernel's own, as in /sys, have
 * less in them than their size says.
 *
 * @throws InputError
 */
export function checkSize({ path, bytes }: Pick<InputPart, 'path' | 'bytes'>, disk: Disk): void {
  const size = disk.sizeOf(path) ?? 0;
  if (size < bytes) throw shrunk(size, bytes);
}

/**
 * Cuts files into tasks of about `taskBytes`: large files into parts, small ones together. The same files always give the
 * same tasks.
 */
export function planTasks(
  inputs: readonly InputPart[],
  { splits, unpacks = false, cutBehind }: Pick<Reader<unknown>, 'splits' | 'unpacks' | 'cutBehind'>,
  taskBytes: number,
): InputPart[][] {
  const isWhole = (input: InputPart): boolean => {
    if (splits === false || (unpacks && isNamedWhole(input.path))) return true;
    // Parts of what a server has come as streams, which nothing else could cut.
    return input.remote !== undefined && (!input.remote.ranges || cutBehind === undefined);
  };
  const multiple = typeof splits === 'object' ? splits.multipleOf : 1;
  const partBytes = Math.max(multiple, taskBytes - (taskBytes % multiple));
  const tasks: InputPart[][] = [];
  let small: InputPart[] = [];
  let smallBytes = 0;
  const close = (): void => {
    if (small.length > 0) tasks.push(small);
    small = [];
    smallBytes = 0;
  };
  for (const input of inputs) {
    const bytes = input.end - input.start;
    if (bytes <= partBytes || isWhole(input)) {
      if (smallBytes + bytes > taskBytes) close();
      small.push(input);
      smallBytes += bytes;
      if (smallBytes >= taskBytes) close();
      continue;
    }
    close();
    for (let start = input.start; start < input.end; start += partBytes) {
      tasks.push([{ ...input, start, end: Math.min(start + partBytes, input.end) }]);
    }
  }
  close();
  return tasks;
}
