// What the control groups around this process allow it, as Linux tells: version 1 and 2, and every level above the
// process's own, since the tightest one counts.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** Limits; Infinity where there is none. */
export interface CgroupLimits {
  /** CPUs' worth of time, fractional. */
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Reads a file; an empty text where it can't be read. */
export type ReadText = (path: string) => string;

/** Where one controller's files of this process's group are. */
interface Group {
  /** Where the hierarchy is mounted. */
  readonly mount: string;
  /** The group's folder, at or below `mount`. */
  readonly folder: string;
}

/** The tightest limits of this process's control groups and those above them. */
export function cgroupLimits(readFile: ReadText = readText): CgroupLimits {
  const texts = new Map<string, string>();
  const read = (path: string): string => {
    const text = texts.get(path) ?? readFile(path);
    texts.set(path, text);
    return text;
  };
  const v2 = groupOf(read, undefined);
  const cpu = groupOf(read, 'cpu');
  const memory = groupOf(read, 'memory');
  const least = (group: Group | undefined, limit: (folder: string) => number): number =>
    Math.min(Number.POSITIVE_INFINITY, ...levels(group).map(limit));
  return {
    cpus: Math.min(
      least(v2, (folder) => cpusOfV2(read, folder)),
      least(cpu, (folder) => cpusOfV1(read, folder)),
    ),
    memoryBytes: Math.min(
      least(v2, (folder) => limitIn(read, `${folder}/memory.max`)),
      least(memory, (folder) => limitIn(read, `${folder}/memory.limit_in_bytes`)),
    ),
  };
}

/** The folders of a group and of all above it that can be seen. */
function levels(group: Group | undefined): string[] {
  if (group === undefined) return [];
  const folders = [];
  let { folder } = group;
  while (folder.length > group.mount.length) {
    folders.push(folder);
    folder = posix.dirname(folder);
  }
  return [...folders, group.mount];
}

/** The process's group in the hierarchy of `controller`; of version 2, where it is undefined. */
function groupOf(read: ReadText, controller: string | undefined): Group | undefined {
  const mount = mountOf(read, controller);
  if (mount === undefined) return undefined;
  const path = pathOf(read, controller) ?? '/';
  // A container that sees a part of the hierarchy has its own group at the mount; what lies above can't be seen.
  const below = mount.root === '/' ? path : path.startsWith(mount.root) ? path.slice(mount.root.length) : '';
  const outside = below.split('/').includes('..');
  return {
    mount: mount.point,
    folder: outside ? mount.point : posix.join(mount.point, below).replace(/\/$/, ''),
  };
}

/** Lines of /proc/self/cgroup: `hierarchy:controllers:path`; version 2 has no controllers. */
function pathOf(read: ReadText, controller: string | undefined): string | undefined {
  for (const line of read('/proc/self/cgroup').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined) continue;
    if (controller === undefined ? controllers === '' : controllers.split(',').includes(controller))
      return path;
  }
  return undefined;
}

/** Lines of /proc/self/mountinfo: `… root point options … - type source options`. See proc(5). */
function mountOf(
  read: ReadText,
  controller: string | undefined,
): { readonly root: string; readonly point: string } | undefined {
  const mounts = read('/proc/self/mountinfo');
  // Where they usually are.
  if (mounts === '') return { root: '/', point: posix.join('/sys/fs/cgroup', controller ?? '') };
  for (const line of mounts.split('\n')) {
    const [before = '', after] = line.split(' - ');
    const [, , , root, point] = before.split(' ');
    const [type, , options = ''] = after?.split(' ') ?? [];
    if (root === undefined || point === undefined) continue;
    const isIt =
      controller === undefined
        ? type === 'cgroup2'
        : type === 'cgroup' && options.split(',').includes(controller);
    if (isIt) return { root: unescaped(root), point: unescaped(point) };
  }
  return undefined;
}

/** Spaces and the like are written as `\040`. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

/** `max 100000`, or the quota and the period in microseconds. */
function cpusOfV2(read: ReadText, folder: string): number {
  const [quota, period] = read(`${folder}/cpu.max`).trim().split(/\s+/).map(Number);
  return ratio(quota, period);
}

function cpusOfV1(read: ReadText, folder: string): number {
  return ratio(Number(read(`${folder}/cpu.cfs_quota_us`)), Number(read(`${folder}/cpu.cfs_period_us`)));
}

/** No quota is written as `max` or as a negative number. */
function ratio(quota: number | undefined, period: number | undefined): number {
  return quota! > 0 && period! > 0 ? quota! / period! : Number.POSITIVE_INFINITY;
}

function limitIn(read: ReadText, file: string): number {
  const bytes = Number(read(file));
  // Version 1 writes a number near 2^63 for none.
  return bytes > 0 && bytes < 2 ** 60 ? bytes : Number.POSITIVE_INFINITY;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
