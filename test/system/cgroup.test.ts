// What a container allows, on files as the kernel writes them; and what a system makes of it.
import { availableParallelism } from 'node:os';
import test from 'ava';
import { createSystem, InvalidOptionError } from '../../lib/index.ts';
import { cgroupLimits } from '../../lib/system/cgroup.ts';
import { cpusAllowed, defaultRingBytes, threadBudget } from '../../lib/system/threadBudget.ts';

const mb = 2 ** 20;
const none = Number.POSITIVE_INFINITY;

function limitsOf(files: Record<string, string>) {
  return cgroupLimits((path) => files[path] ?? '');
}

const mountOfV2 = (root: string) => `30 22 0:27 ${root} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n`;

test('without control groups there are no limits', (t) => {
  t.deepEqual(limitsOf({}), { cpus: none, memoryBytes: none });
});

test('version 2, in a container with a namespace of its own', (t) => {
  const limits = limitsOf({
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': mountOfV2('/'),
    '/sys/fs/cgroup/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/memory.max': `${512 * mb}\n`,
  });
  t.deepEqual(limits, { cpus: 1.5, memoryBytes: 512 * mb });
});

test('version 2: the tightest limit counts, on whichever level it is', (t) => {
  const files = {
    '/proc/self/cgroup': '0::/kubepods/pod1/app\n',
    '/proc/self/mountinfo': mountOfV2('/'),
    '/sys/fs/cgroup/kubepods/cpu.max': '800000 100000\n',
    '/sys/fs/cgroup/kubepods/pod1/cpu.max': '200000 100000\n',
    '/sys/fs/cgroup/kubepods/pod1/app/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/kubepods/pod1/app/memory.max': 'max\n',
    '/sys/fs/cgroup/kubepods/memory.max': `${256 * mb}\n`,
  };
  t.deepEqual(limitsOf(files), { cpus: 2, memoryBytes: 256 * mb });
  t.is(limitsOf({ ...files, '/sys/fs/cgroup/kubepods/pod1/app/cpu.max': '50000 100000\n' }).cpus, 0.5);
});

test('version 2: a container that sees its own part of the hierarchy alone', (t) => {
  const limits = limitsOf({
    '/proc/self/cgroup': '0::/docker/abc/inner\n',
    '/proc/self/mountinfo': mountOfV2('/docker/abc'),
    '/sys/fs/cgroup/inner/cpu.max': '100000 100000\n',
    '/sys/fs/cgroup/cpu.max': '400000 100000\n',
  });
  t.is(limits.cpus, 1);
});

test('version 2: a group outside the namespace is taken for the mount', (t) => {
  const limits = limitsOf({
    '/proc/self/cgroup': '0::/../../elsewhere\n',
    '/proc/self/mountinfo': mountOfV2('/'),
    '/sys/fs/cgroup/cpu.max': '300000 100000\n',
  });
  t.is(limits.cpus, 3);
});

test('version 1: each controller has its own hierarchy, mounted where it likes', (t) => {
  const limits = limitsOf({
    '/proc/self/cgroup': '4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n',
    '/proc/self/mountinfo': [
      '31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
      '32 30 0:29 / /a\\040place/memory rw - cgroup cgroup rw,memory',
    ].join('\n'),
    '/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us': '250000\n',
    '/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us': '100000\n',
    '/a place/memory/docker/abc/memory.limit_in_bytes': '9223372036854771712\n',
    '/a place/memory/memory.limit_in_bytes': `${128 * mb}\n`,
  });
  t.deepEqual(limits, { cpus: 2.5, memoryBytes: 128 * mb });
});

test('where mounts are not told, the usual places are looked at', (t) => {
  t.is(limitsOf({ '/sys/fs/cgroup/cpu.max': '100000 100000\n' }).cpus, 1);
  const v1 = limitsOf({
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
  });
  t.is(v1.cpus, 1);
});

test('files that make no sense are no limit', (t) => {
  const limits = limitsOf({
    '/sys/fs/cgroup/cpu.max': 'nonsense\n',
    '/sys/fs/cgroup/memory.max': '-7\n',
    '/proc/self/cgroup': '0::/\nnonsense\n::\n',
  });
  t.deepEqual(limits, { cpus: none, memoryBytes: none });
});

test('CPUs are rounded up, at least 1, and at most what the machine has', (t) => {
  t.is(cpusAllowed({ cpus: 0.2, memoryBytes: none }), 1);
  t.is(cpusAllowed({ cpus: none, memoryBytes: none }), availableParallelism());
  t.is(cpusAllowed({ cpus: 1, memoryBytes: none }), 1);
});

test('rings take a sixteenth of little memory, and never less than they need', (t) => {
  t.is(defaultRingBytes({ cpus: 1, memoryBytes: none }), 64 * mb);
  t.is(defaultRingBytes({ cpus: 1, memoryBytes: 256 * mb }), 16 * mb);
  t.is(defaultRingBytes({ cpus: 1, memoryBytes: 4 * mb }), mb);
});

test('nodes and tasks share one budget', (t) => {
  const neither = threadBudget({}, 8);
  t.is(neither.threads, 8);
  t.deepEqual(
    [0, 3, 8, 20].map((busy) => neither.tasks.allowed(busy)),
    [8, 5, 1, 1],
  );
  const few = threadBudget({ threads: 2 }, 8);
  t.deepEqual([few.threads, few.tasks.threadsMax, few.tasks.allowed(2)], [2, 8, 6]);
  const tasks = threadBudget({ tasks: { threads: 6 } }, 8);
  t.deepEqual([tasks.threads, tasks.tasks.threadsMax, tasks.tasks.allowed(8)], [2, 6, 6]);
  t.is(threadBudget({ tasks: { threads: 20 } }, 8).threads, 1);
  const both = threadBudget({ threads: 8, tasks: { threads: 8 } }, 8);
  t.deepEqual([both.threads, both.tasks.allowed(8)], [8, 8]);
});

test('budgets that make no sense are refused', async (t) => {
  for (const [options, message] of [
    [{ tasks: { threads: 0 } }, /tasks\.threads must be an integer from 1 to 256, not 0/],
    [{ tasks: { threads: 1.5 } }, /tasks\.threads/],
    [{ tasks: { waitingMax: 0 } }, /tasks\.waitingMax must be an integer from 1 to 1048576, not 0/],
    [{ threads: -1 }, /threads must be an integer from 0 to 256, not -1/],
  ] as const) {
    await t.throwsAsync(createSystem(options), { instanceOf: InvalidOptionError, message });
  }
});
