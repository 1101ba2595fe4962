// Shows that the simulator's tests can fail: puts one wrong line after the other into a copy of what tsc has built, and
// runs the tests that must notice. Needs dist, with the tests.
//
//   node scripts/mutate-simulator.mjs [--only TEXT]

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What is wrong, where, the right code and the wrong one, and the tests that must fail. */
const mutations = [
  ['a crash that keeps the memory', 'cluster', '        node.crash();', '        ;', 'simulate'],
  [
    'a host that starts again under its old number',
    'cluster',
    'host.id + host.starts * hostsMax',
    'host.id',
    'simulate',
  ],
  [
    'crashes that nobody is told of',
    'cluster',
    'if (this.crashDetectionMs === undefined)\n            return;',
    'return;',
    'network',
  ],
  [
    'a partition that leaks',
    'network',
    'return this.cuts.size > 0 && this.cuts.has(keyOf(from, to));',
    'return false;',
    'network',
  ],
  [
    'a cut in one direction that cuts both',
    'network',
    'return from * hostsMax + to;',
    'return Math.min(from, to) * hostsMax + Math.max(from, to);',
    'network',
  ],
  ['a heal that leaves partitions', 'network', '        this.cuts.clear();', '        ;', 'network'],
  ['a clog that lets everything leave', 'network', 'return until;', 'return now;', 'network'],
  ['bandwidth without a limit', 'link', 'return this.leftAt;', 'return now;', 'network'],
  [
    'lost frames that arrive',
    'link',
    'network.counts.lost++;\n            return medium.release(frame);',
    'network.counts.lost++;',
    'network',
  ],
  ['doubles that are not counted', 'link', 'network.counts.duplicated++;', ';', 'simulate'],
  [
    'doubles that are not made',
    'link',
    'engine.at(leaves + this.delay(this.harms), medium.duplicate(frame));',
    ';',
    'network',
  ],
  [
    'frames that overtake each other',
    'link',
    'this.medium.engine.at(this.lastArrival, frame);',
    'this.medium.engine.at(arrives, frame);',
    'network',
  ],
  [
    'frames that never overtake',
    'link',
    'engine.at(arrives, frame);',
    'this.arriveInOrder(frame, arrives);',
    'network',
  ],
  ['a stop that a partition loses', 'link', 'return kind <= FrameKind.abort;', 'return true;', 'network'],
  [
    'a paused host that takes messages',
    'medium',
    'if (to.paused)\n            return to.postponeFrame(frame);',
    '',
    'inFlight',
  ],
  [
    'a trace hash without what messages hold',
    'medium',
    'engine.hash.addBytes(memory.view, at, length);',
    ';',
    'traceHashes',
  ],
  ['clocks without drift', 'hostClock', 'this.rate = 1 + driftPpm / 1e6;', 'this.rate = 1;', 'network'],
  ['clocks that begin together', 'hostClock', 'this.offsetMs = skewMs;', 'this.offsetMs = 0;', 'traceHashes'],
  ['equal times out of order', 'slotHeap', 'order < otherOrder', 'order > otherOrder', 'eventQueue'],
  [
    'a clock that goes back',
    'slotHeap',
    'Math.min(first + 4, size)',
    'Math.min(first + 3, size)',
    'eventQueue',
  ],
  ['cancelled timers that ring', 'eventQueue', 'if (slot < 0)', 'if (true)', 'eventQueue'],
  [
    'spans of one length for ever',
    'eventQueue',
    'if (ratio > 0.25',
    'if (true || ratio > 0.25',
    'eventQueue',
  ],
  [
    'microtasks that are not waited for',
    'promiseWatch',
    'if (this.sees && !this.seen',
    'if (this.sees',
    'settling',
  ],
  [
    'a torn write that is whole',
    'disk',
    'torn.writes.slice(0, chance.int(0, torn.writes.length - 1))',
    'torn.writes',
    'disks',
  ],
  [
    'a failed write that says nothing',
    'disk',
    'if (!fails)\n                    return resolve();',
    'return resolve();',
    'disks',
  ],
  ['an acknowledged write that is lost', 'disk', 'if (!fails || isThere)', 'if (isThere)', 'store'],
  [
    'a crash that loses the disk',
    'disk',
    '        this.opened.clear();',
    '        this.opened.clear();\n        this.kept.clear();',
    'store',
  ],
  [
    'invariants that are not checked',
    'properties',
    'for (const { name, check } of this.invariants)',
    'for (const { name, check } of [])',
    'simulate',
  ],
  [
    'goals that are not demanded',
    'properties',
    'for (const { name, check } of this.goals)',
    'for (const { name, check } of [])',
    'liveness',
  ],
  ['faults that go on in the calm', 'faults', '        this.stopped = true;', '        ;', 'liveness'],
  ['guards that let everything pass', 'guards', 'if (this.onRefused === undefined)', 'if (true)', 'guards'],
  [
    'one mix of faults for all seeds',
    'swarm',
    "new Chance(seed, 'swarm')",
    "new Chance(1, 'swarm')",
    'shrink',
  ],
  ['a schedule that is not followed', 'schedule', 'this.wanted.has(idOf(entry))', 'true', 'shrink'],
  ['a search that forgets the state', 'linearizability', 'this.key(state)', "''", 'linearizability'],
  [
    'a search that ends too early',
    'linearizability',
    'if (last === undefined)\n                return false;',
    'if (last === undefined)\n                return true;',
    'linearizability',
  ],
];

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(path.join(tmpdir(), 'thrum-mutants-'));
const missed = [];
try {
  for (const name of ['dist', 'package.json', 'ava.config.js']) {
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  for (const name of ['node_modules', 'test', 'scripts'])
    symlinkSync(path.join(root, name), path.join(copy, name));
  for (const [what, file, right, wrong, tests] of mutations) {
    if (only !== undefined && !what.includes(only)) continue;
    const target = path.join(copy, `dist/lib/sim/${file}.js`);
    const text = readFileSync(target, 'utf8');
    if (text.split(right).length !== 2) {
      missed.push(what);
      console.log(`${what}: dist/lib/sim/${file}.js doesn't have, once:\n  ${right}`);
      continue;
    }
    writeFileSync(
      target,
      text.replace(right, () => wrong),
    );
    const ava = path.join(root, 'node_modules/.bin/ava');
    const { status, stdout } = spawnSync(
      ava,
      ['--timeout', '2m', '--fail-fast', `dist/test/sim/${tests}.test.js`],
      {
        cwd: copy,
        encoding: 'utf8',
      },
    );
    writeFileSync(target, text);
    const found = status !== 0;
    if (!found) missed.push(what);
    console.log(`${what}: ${found ? (/✘ .*/.exec(stdout)?.[0] ?? 'found') : `not found by ${tests}.test`}`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(missed.length === 0 ? 'each was found' : `${missed.length} were not found`);
process.exitCode = missed.length === 0 ? 0 : 1;
