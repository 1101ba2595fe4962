// What MIT's course on distributed systems asks of a MapReduce (6.5840, lab 1), on real threads. That lost workers do no
// harm is in faults.test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { runJob } from '../../../actors/mapreduce/index.ts';
import { createSystem } from '../../../lib/index.ts';
import { contents, folder } from './support/inputs.ts';
import { Meeting } from './support/meeting.ts';

test('maps run at the same time, then reduces do; each task once; the output is complete when the result is there', async (t) => {
  const directory = folder(t, { a: 'one\n', b: 'two\n' });
  const outside = folder(t);
  const log = join(outside, 'log');
  const system = await createSystem({ threads: 2, slowHandlerMs: false });
  try {
    const { result } = runJob(system, Meeting, {
      ...{ paths: [join(directory, 'a'), join(directory, 'b')], splitBytes: 4, partitions: 2 },
      ...{ params: { place: directory, log }, backups: false, outputDirectory: join(outside, 'out') },
    });
    // Looked at in the turn in which the result is there.
    const found = await result.then((settled) => ({
      ...settled,
      files: contents(join(outside, 'out')),
      beside: readdirSync(outside).sort(),
    }));
    t.deepEqual(found.files, { 'part-00000.tsv': '0\tone two\n', 'part-00001.tsv': '1\tone two\n' });
    t.deepEqual(found.beside, ['log', 'out']);
    t.is(found.attempts, 4);
    const begun = readFileSync(log, 'utf8').trimEnd().split('\n');
    t.deepEqual(begun.slice(0, 2).sort(), ['map 0', 'map 1']);
    t.deepEqual(begun.slice(2).sort(), ['reduce 0', 'reduce 1']);
  } finally {
    await system.close();
  }
});
