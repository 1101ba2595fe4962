// A line chart as SVG text.
const width = 560;
const height = 340;
const margin = { left: 56, right: 120, top: 36, bottom: 44 };
const colours = ['#2b6cb0', '#c05621', '#4a5568'];

/** Lines over common axes that begin at 0 (y) and at the first point (x). */
export function lineChart({ title, x, y, lines }) {
  const all = lines.flatMap(({ points }) => points);
  const [left, right] = [Math.min(...all.map(([at]) => at)), Math.max(...all.map(([at]) => at))];
  const top = Math.ceil(Math.max(...all.map(([, value]) => value)));
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const toX = (at) => margin.left + ((at - left) / (right - left)) * inner.width;
  const toY = (value) => margin.top + (1 - value / top) * inner.height;
  const text = (at, value, content, anchor = 'middle') =>
    `<text x="${at.toFixed(1)}" y="${value.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
  const parts = [text(width / 2, 20, title)];
  for (let value = 0; value <= top; value++) {
    parts.push(`<path d="M${margin.left} ${toY(value).toFixed(1)}h${inner.width}" stroke="#ddd"/>`);
    parts.push(text(margin.left - 8, toY(value) + 4, value, 'end'));
  }
  for (let at = Math.ceil(left); at <= right; at++)
    parts.push(text(toX(at), height - margin.bottom + 18, at));
  parts.push(text(margin.left + inner.width / 2, height - 8, x));
  parts.push(
    `<g transform="translate(14 ${margin.top + inner.height / 2}) rotate(-90)">${text(0, 0, y)}</g>`,
  );
  for (const [index, { name, points, dashed }] of lines.entries()) {
    const path = points.map(([at, value]) => `${toX(at).toFixed(1)} ${toY(value).toFixed(1)}`).join('L');
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    parts.push(`<path d="M${path}" fill="none" stroke="${colours[index]}" stroke-width="2"${dash}/>`);
    const [at, value] = points[points.length - 1];
    parts.push(text(toX(at) + 8, toY(value) + 4, name, 'start'));
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><title>${title}</title>${parts.join('')}</svg>\n`;
}
