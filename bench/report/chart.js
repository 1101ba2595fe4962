// Bar charts as small SVG files: one for each case, thrum's bar in its own colour.
import { quantity } from './format.js';
import { moreIsBetter } from './statistics.js';
import { escaped, theme } from './svg.js';

const width = 640;
const rowHeight = 26;
const top = 44;
const labelWidth = 150;
const barWidthMax = 360;

/**
 * @param {import('./report.js').Report} report
 * @returns {{ name: string, svg: string }[]} `name` is a file's: `messaging-tell-same-node.svg`
 */
export function charts(report) {
  const groups = new Map();
  for (const result of report.results) {
    const key = `${result.suite}\n${result.case}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].map((results) => ({
    name: `${fileName(`${results[0].suite} ${results[0].case}`)}.svg`,
    svg: chart(results),
  }));
}

function chart(results) {
  const [{ case: title, unit }] = results;
  const longest = Math.max(...results.map(({ max }) => max));
  const height = top + results.length * rowHeight + 8;
  const rows = results.map((result, row) => bar(result, row, barWidthMax / longest));
  const better = moreIsBetter(unit) ? 'longer is better' : 'shorter is better';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>
${theme}
</style>
<text class="title" x="8" y="20">${escaped(title)}</text>
<text class="note" x="${width - 8}" y="20" text-anchor="end">${better}</text>
${rows.join('\n')}
</svg>
`;
}

/** A bar as long as the median, a thin line from the slowest to the fastest run, and the number. */
function bar({ system, unit, median, min, max }, row, scale) {
  const y = top + row * rowHeight;
  const middle = y + 9;
  const at = (value) => (labelWidth + value * scale).toFixed(1);
  return `<text x="${labelWidth - 8}" y="${y + 14}" text-anchor="end">${escaped(system)}</text>
<rect class="${system === 'thrum' ? 'thrum' : 'bar'}" x="${labelWidth}" y="${y}" width="${(median * scale).toFixed(1)}" height="18"/>
<line class="range" x1="${at(min)}" x2="${at(max)}" y1="${middle}" y2="${middle}"/>
<text x="${Number(at(max)) + 8}" y="${y + 14}">${escaped(quantity(median, unit))}</text>`;
}

function fileName(text) {
  return text
    .replaceAll('×', 'x')
    .replaceAll(/[^\w]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
