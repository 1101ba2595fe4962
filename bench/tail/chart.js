// The tail suite as one chart: how long fan-outs take over how many replies are slow, for each percentile at which second
// copies go out.
import { panelChart } from '../report/panels.js';

const rates = ['10,000', '1,000', '100'];
const percentiles = ['p50', 'p99', 'p99.9'];

/**
 * @param {import('../report/report.js').Report} report
 * @returns {{ name: string, svg: string }[]} empty for a report of something else
 */
export function tailCharts({ results }) {
  const found = (rate, percentile) =>
    results.filter(
      ({ suite, case: name }) =>
        suite === 'tail' && name === `one reply in ${rate} slow, simulated, ${percentile}`,
    );
  const systems = found(rates[0], percentiles[0]).map(({ system }) => system);
  if (systems.length === 0) return [];
  const line = (name, percentile) => ({
    name,
    values: rates.map((rate) => found(rate, percentile).find(({ system }) => system === name).median),
  });
  const panels = percentiles.map((percentile) => ({
    title: `${percentile} of fan-outs, ms`,
    lines: systems.map((name) => line(name, percentile)),
  }));
  const at = rates.map((rate) => `1 / ${rate}`);
  const title = 'Fan-outs to 100 leaves of which some reply late';
  return [{ name: 'tail-slow-rates.svg', svg: panelChart({ title, x: 'slow replies', at, panels }) }];
}
