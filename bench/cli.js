// The command line of the benchmarks: run a suite, compare two reports, draw charts of one.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { charts as chordCharts, fillChord } from './chord/tables.js';
import { charts } from './report/chart.js';
import { chartsOf, documents, fillDocument } from './report/document.js';
import { makeReport, parseReport } from './report/report.js';
import { comparisonTable, resultTable } from './report/table.js';
import { describeMachine, sourceCommit } from './run/machine.js';
import { runSuite } from './run/schedule.js';
import { suites } from './suites.js';

/** Parses `process.argv` and does what it says. */
export async function main() {
  const program = new Command('bench')
    // `--only` and `--json` after `chord` are its own.
    .enablePositionalOptions()
    .description('Benchmarks of thrum beside its peers, which run in the same call, interleaved.')
    .usage('SUITE [options] | chord [options] | compare A.json B.json | chart FILE.json -o DIR | docs')
    .argument('<suite>', `${suites.map(({ name }) => name).join(' or ')}`)
    .option('--json <file>', 'write the report as JSON')
    .option('--quick', 'tiny sizes, one run: shows that everything works, not how fast it is')
    .option('--runs <n>', 'runs of each case and system; default 5, with --quick 1', positiveInteger)
    .addOption(new Option('--only <case>', 'run this case (may be repeated)').argParser(collect))
    .addOption(new Option('--systems <list>', 'run these systems, separated by commas').argParser(names))
    .action(runCommand);
  program
    .command('chord')
    .description('the tables of Chord, beside those of the paper')
    .option('--quick', 'tiny sizes: shows that everything works')
    .addOption(new Option('--only <list>', 'these sections, separated by commas').argParser(names))
    .addOption(new Option('--rates <list>', 'of the table under churn, these rates').argParser(names))
    .option('--json <file>', 'write the results as JSON, beside what the file has of other sections')
    .action(async (options) => {
      const { runChord } = await import('./chord/index.js');
      await runChord(options);
    });
  program
    .command('compare')
    .description('print the ratios between two reports')
    .argument('<a>', 'JSON report, the baseline')
    .argument('<b>', 'JSON report')
    .action(compareCommand);
  program
    .command('chart')
    .description('draw an SVG bar chart for each case of a report')
    .argument('<file>', 'JSON report')
    .requiredOption('-o, --output <dir>', 'folder for the charts')
    .action(chartCommand);
  program
    .command('docs')
    .description('fill the tables of the documents, and their charts, from bench/results')
    .action(docsCommand);
  try {
    await program.parseAsync();
  } catch (error) {
    console.error(`bench: ${error.message}`);
    process.exitCode = 1;
  }
}

async function runCommand(suiteName, options) {
  const suite = suites.find(({ name }) => name === suiteName);
  if (suite === undefined) {
    throw new Error(`no suite '${suiteName}': there are ${suites.map(({ name }) => name).join(' and ')}`);
  }
  const quick = options.quick ?? false;
  const runs = options.runs ?? (quick ? 1 : 5);
  const wanted = { cases: options.only, systems: options.systems };
  const { results, notes, failures } = await runSuite(suite, { quick, runs, ...wanted });
  const machine = describeMachine();
  const report = makeReport({ machine, commit: sourceCommit(), results });
  console.log(resultTable(report));
  for (const note of [...suite.footnotes, ...notes]) console.log(`* ${note}`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  for (const failure of failures) console.error(`FAILED ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

async function compareCommand(fileA, fileB) {
  console.log(comparisonTable(await readReport(fileA), await readReport(fileB)));
}

async function chartCommand(file, { output }) {
  await mkdir(output, { recursive: true });
  for (const { name, svg } of charts(await readReport(file))) {
    await writeFile(path.join(output, name), svg);
    console.log(path.join(output, name));
  }
}

async function docsCommand() {
  const root = path.join(import.meta.dirname, '..');
  const folder = path.join(import.meta.dirname, 'results');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const reports = new Map();
  for (const name of files) reports.set(name, await readReport(path.join(folder, name)));
  const load = (name) => {
    const report = reports.get(name);
    if (report === undefined) throw new Error(`bench/results has no ${name}`);
    return report;
  };
  await mkdir(path.join(root, 'docs/charts'), { recursive: true });
  for (const name of documents) {
    const file = path.join(root, name);
    const text = fillDocument(await readFile(file, 'utf8'), load);
    await writeFile(file, text);
    for (const chart of chartsOf(text, [...reports.values()])) {
      await writeFile(path.join(root, 'docs/charts', chart.name), chart.svg);
    }
    console.log(file);
  }
  await chordDocs(root, path.join(folder, 'chord.json'));
}

async function chordDocs(root, results) {
  const report = JSON.parse(await readFile(results, 'utf8'));
  const file = path.join(root, 'docs/chord.md');
  await writeFile(file, fillChord(await readFile(file, 'utf8'), report));
  for (const [name, svg] of Object.entries(chordCharts(report.sections))) {
    await writeFile(path.join(root, 'docs/chord', name), svg);
  }
  console.log(file);
}

async function readReport(file) {
  return parseReport(await readFile(file, 'utf8'), file);
}

function positiveInteger(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number above 0');
  return value;
}

function collect(value, before = []) {
  return [...before, value];
}

function names(value) {
  return value.split(',').map((name) => name.trim());
}
