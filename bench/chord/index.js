// `npm run bench -- chord`: the tables of Chord's paper beside ours, and what it costs, as JSON. docs/chord.md is filled
// from that: see tables.js.
import { readFile, writeFile } from 'node:fs/promises';
import { describeMachine, sourceCommit } from '../run/machine.js';
import { churn } from './churn.js';
import { failures, large, load, pathLengths } from './static.js';
import { tables } from './tables.js';
import { terminated } from './terminated.js';
import { threads } from './threads.js';

const sections = { failures, churn, pathLengths, load, large, threads, terminated };

const small = {
  lookups: 500,
  rings: 2,
  maxPower: 8,
  hosts: 200,
  keys: 10_000,
  keysOfMany: 20_000,
  churnNodes: 60,
  rates: [0.1],
  threadLookups: 2000,
  loadMs: 500,
};

/** Runs the sections named in `only`, or all. `json`: a file that gets the results, beside those it has of others. */
export async function runChord({ quick, only = Object.keys(sections), json, rates }) {
  const sizes = quick ? small : { lookups: 10_000, ...(rates && { rates: rates.map(Number) }) };
  for (const name of only) {
    const section = sections[name];
    if (section === undefined) {
      throw new Error(`no section '${name}': there are ${Object.keys(sections).join(', ')}`);
    }
    const result = await section(sizes);
    console.log(`${tables[name](result)}\n`);
    if (json !== undefined) await keep(json, name, result);
  }
}

async function keep(file, name, result) {
  const known = await readFile(file, 'utf8').then(JSON.parse, () => ({}));
  const sectionsNow = { ...known.sections, [name]: merged(known.sections?.[name], result) };
  const report = {
    machine: describeMachine(),
    node: process.version,
    commit: sourceCommit(),
    date: new Date().toISOString(),
    results: [],
    sections: sectionsNow,
  };
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** Rows of a table that were run alone take the place of those that were there. */
function merged(before, after) {
  if (!Array.isArray(before) || !Array.isArray(after) || after[0]?.rate === undefined) return after;
  const rows = new Map([...before, ...after].map((row) => [row.rate, row]));
  return [...rows.values()].sort((a, b) => a.rate - b.rate);
}
