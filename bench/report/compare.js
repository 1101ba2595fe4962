// Results beside each other: two reports (has a change made thrum faster?), or thrum and a peer in one report.
import { moreIsBetter, rangesAreApart } from './statistics.js';

/**
 * The results that both reports have.
 *
 * @param {import('./report.js').Report} a the baseline
 * @param {import('./report.js').Report} b
 * @returns `ratio` is b/a; `verdict` is `same` unless the ranges of the runs are apart
 */
export function compare(a, b) {
  const rows = [];
  for (const result of b.results) {
    const baseline = a.results.find((other) => key(other) === key(result));
    if (baseline === undefined) continue;
    const { suite, case: name, system, unit } = result;
    const [before, after] = [baseline.median, result.median];
    rows.push({
      suite,
      case: name,
      system,
      unit,
      before,
      after,
      ratio: after / before,
      verdict: verdict(baseline, result),
    });
  }
  return rows;
}

/** thrum's median over that of `peer`, a result of the report; `undefined` for thrum itself or without it. */
export function thrumBesidePeer(report, peer) {
  if (peer.system === 'thrum') return undefined;
  const ours = report.results.find((result) => key(result) === key({ ...peer, system: 'thrum' }));
  return ours === undefined ? undefined : ours.median / peer.median;
}

function verdict(before, after) {
  if (!rangesAreApart(before, after)) return 'same';
  return after.median > before.median === moreIsBetter(after.unit) ? 'better' : 'worse';
}

function key(result) {
  return JSON.stringify([result.suite, result.case, result.system, result.unit]);
}
