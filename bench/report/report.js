// The JSON report: what it holds, and how one is read back.
import { summary } from './statistics.js';

/**
 * @typedef {object} Result
 * @property {string} suite
 * @property {string} case
 * @property {string} system
 * @property {string} unit
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number[]} samples one of each run, in order
 *
 * @typedef {object} Report
 * @property {{ cpu: string, cores: number, memoryBytes: number, os: string, erlang?: string }} machine
 * @property {string} node the version of Node.js
 * @property {string} commit of thrum, with `+` when the tree had changes
 * @property {string} date ISO 8601
 * @property {Result[]} results
 */

/**
 * @param {{ machine: Report['machine'], commit: string, results: object[] }} parts `results` with `suite`,
 * `case`, `system`, `unit` and `samples`
 * @returns {Report}
 */
export function makeReport({ machine, commit, results }) {
  return {
    machine,
    node: process.version,
    commit,
    date: new Date().toISOString(),
    results: results.map(({ samples, ...what }) => ({ ...what, ...summary(samples) })),
  };
}

/**
 * Reads a report; `from` is what an error calls it.
 *
 * @returns {Report}
 */
export function parseReport(text, from) {
  const report = JSON.parse(text);
  if (!Array.isArray(report?.results)) throw new Error(`${from} is not a report of these benchmarks`);
  for (const result of report.results) {
    const texts = [result.suite, result.case, result.system, result.unit];
    const numbers = [result.median, result.min, result.max, ...(result.samples ?? [Number.NaN])];
    if (texts.every((text) => typeof text === 'string') && numbers.every(Number.isFinite)) continue;
    throw new Error(`${from} has a result that is not whole: ${JSON.stringify(result)}`);
  }
  return report;
}
