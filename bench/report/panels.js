// Panels of lines beside each other as one small SVG file: the same x for all, a logarithmic y each.
import { escaped, theme } from './svg.js';

const panel = { width: 200, height: 190, gap: 44 };
const margin = { left: 46, top: 52, bottom: 76 };
const tints = ['#8c959f', '#bf8700', '#1a7f37', '#0969da', '#8250df', '#cf222e'];

/**
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} chart.x what is on the x axis
 * @param {readonly string[]} chart.at the points of the x axis, evenly spaced
 * @param {readonly { title: string, lines: readonly { name: string, values: readonly number[] }[] }[]} chart.panels
 * values above 0, one for each point of the x axis
 */
export function panelChart({ title, x, at, panels }) {
  const width = margin.left + panels.length * (panel.width + panel.gap);
  const height = margin.top + panel.height + margin.bottom;
  const names = panels[0].lines.map(({ name }) => name);
  const body = panels.map((one, i) => {
    const left = margin.left + i * (panel.width + panel.gap);
    return `<g transform="translate(${left} ${margin.top})">${drawn(one, at)}</g>`;
  });
  const keys = names.map((name, i) => {
    const left = margin.left + i * 138;
    return `<path d="M${left} ${height - 12}h18" stroke="${tints[i]}" stroke-width="2"/><text x="${left + 24}" y="${height - 8}">${escaped(name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>
${theme}
</style>
<text class="title" x="8" y="20">${escaped(title)}</text>
<text class="note" x="${width - 8}" y="${margin.top + panel.height + 36}" text-anchor="end">${escaped(x)}</text>
${body.join('\n')}
${keys.join('\n')}
</svg>
`;
}

/** One panel, its corner at 0 0. */
function drawn({ title, lines }, at) {
  const values = lines.flatMap((line) => line.values);
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.ceil(Math.log10(Math.max(...values)));
  const toX = (i) => ((i + 0.5) / at.length) * panel.width;
  const toY = (value) => (1 - (Math.log10(value) - least) / (most - least)) * panel.height;
  const parts = [`<text class="note" x="0" y="-10">${escaped(title)}</text>`];
  for (let power = least; power <= most; power++) {
    const y = toY(10 ** power).toFixed(1);
    parts.push(`<path class="grid" d="M0 ${y}h${panel.width}"/>`);
    parts.push(`<text class="note" x="-6" y="${Number(y) + 4}" text-anchor="end">${10 ** power}</text>`);
  }
  for (const [i, label] of at.entries()) {
    const x = toX(i).toFixed(1);
    parts.push(
      `<text class="note" x="${x}" y="${panel.height + 16}" text-anchor="middle">${escaped(label)}</text>`,
    );
  }
  for (const [i, line] of lines.entries()) {
    const points = line.values.map((value, n) => `${toX(n).toFixed(1)} ${toY(value).toFixed(1)}`);
    parts.push(`<path d="M${points.join('L')}" fill="none" stroke="${tints[i]}" stroke-width="2"/>`);
  }
  return parts.join('');
}
