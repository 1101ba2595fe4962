// Looks at the beginnings of some parts, before there are map tasks.
import { InputError } from '../../inputs/problem.ts';
import type { Cursor } from '../readers/reader.ts';
import type { JobKey } from '../shuffle/keys.ts';
import type { InputPart } from './messages.ts';
import { openPart } from './parts.ts';
import { RecordInfo } from './recordInfo.ts';
import { isStreamed, stretchesOf } from './streams.ts';
import { Tally } from './tally.ts';
import type { TaskEnv } from './taskEnv.ts';

/** The keys of the first records of some parts: what ranges are found from. A record that fails is passed over. */
export async function runSample(
  env: TaskEnv,
  {
    parts,
    records,
    task,
    attempt,
  }: { parts: readonly InputPart[]; records: number; task: number; attempt: number },
): Promise<JobKey[]> {
  const keys: JobKey[] = [];
  const tally = new Tally(env.job.counters);
  const info = new RecordInfo(
    { ...env, settings: { ...env.settings, writesFiles: false } },
    { phase: 'sample', task, attempt },
    tally,
  );
  for (const input of parts) {
    let left = records;
    const sample = async (path: string, cursor: Cursor<unknown>): Promise<void> => {
      info.moveTo(path, cursor, input.base);
      for (; left > 0 && cursor.next(); left--) {
        try {
          await env.job.code.map(cursor.record, (key) => void keys.push(keyCopy(key)), info);
        } catch {
          // The map task will meet it again, and say so.
        }
        const breath = env.pace.tick();
        if (breath !== undefined) await breath;
      }
    };
    try {
      await read(input, () => left > 0, sample);
    } catch (error) {
      // So it will meet what can't be read.
      if (!(error instanceof InputError)) throw error;
    }
  }
  return keys;

  async function read(
    input: InputPart,
    wantsMore: () => boolean,
    sample: (path: string, cursor: Cursor<unknown>) => Promise<void>,
  ): Promise<void> {
    if (isStreamed(input, env)) {
      for await (const { path, cursor } of stretchesOf(input, env, () => {})) {
        await sample(path, cursor);
        if (!wantsMore()) break;
      }
      return;
    }
    const part = openPart(input, env.disk);
    try {
      await sample(part.path, env.job.input.open(part, env.settings.readBytes));
    } finally {
      part.close();
    }
  }
}

function keyCopy(key: JobKey): JobKey {
  return key instanceof Uint8Array ? new Uint8Array(key) : key;
}
