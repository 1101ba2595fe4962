// The process that takes one sample: loads the one system, runs the one case, answers on file descriptor 3.
import { writeSync } from 'node:fs';
import { Meter, Skipped } from './meter.js';

const [suite, caseName, system, size] = process.argv.slice(2);
const { cases } = await import(`../${suite}/systems/${fileName(system)}.js`);
const answer = await take(cases[caseName]);
writeSync(3, JSON.stringify(answer));
// Worker threads of the peers may still be open; the sample is taken.
process.exit(0);

async function take(run) {
  if (run === undefined) throw new Error(`${system} doesn't implement '${caseName}'`);
  try {
    const value = await run(new Meter(size === 'quick'));
    if (typeof value === 'object') return { values: checked(value) };
    if (!(value > 0 && Number.isFinite(value)))
      throw new Error(`${system} measured ${value} in '${caseName}'`);
    return { value };
  } catch (error) {
    if (error instanceof Skipped) return { skipped: error.message };
    throw error;
  }
}

/** Several numbers of one sample. Nothing may be 0, such as what a means costs where it isn't used. */
function checked(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value >= 0 && Number.isFinite(value)) continue;
    throw new Error(`${system} measured ${value} as ${name} in '${caseName}'`);
  }
  return values;
}

/** `postMessage batched` lives in `postMessageBatched.js`. */
function fileName(name) {
  return name.replaceAll(/ (\w)/g, (_, letter) => letter.toUpperCase());
}
