// A message sequence chart of the last things that happened: as Mermaid text, and as an SVG image.
import type { LoggedEvent } from './eventLog.ts';

/** Keeps the last `max` events of a run, for a chart around its end. */
export class LastEvents {
  private readonly max: number;
  private readonly kept: LoggedEvent[] = [];

  constructor(max: number) {
    this.max = max;
  }

  readonly add = (event: LoggedEvent): void => {
    this.kept.push(event);
    if (this.kept.length > this.max * 2) this.kept.splice(0, this.max);
  };

  get events(): readonly LoggedEvent[] {
    return this.kept.slice(-this.max);
  }
}

function nodesOf(events: readonly LoggedEvent[]): number[] {
  return [...new Set(events.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
}

/** A Mermaid sequence diagram. */
export function mermaidChart(events: readonly LoggedEvent[]): string {
  const lines = ['sequenceDiagram'];
  for (const node of nodesOf(events)) lines.push(`  participant n${node} as ${labelOf(node)}`);
  for (const { atMs, from, to, text, kind } of events) {
    const label = `${atMs} ms ${text}`.replaceAll(';', ',').replaceAll('#', '♯').replaceAll('\n', ' ');
    if (kind === 'event') lines.push(`  Note over n${to}: ${label}`);
    else lines.push(`  n${from}${kind === 'reply' ? '-->>' : '->>'}n${to}: ${label}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelOf(node: number): string {
  return node === 0 ? 'scenario' : `node ${node}`;
}

const columnWidth = 220;
const rowHeight = 28;
const top = 50;

/** An SVG image. */
export function svgChart(events: readonly LoggedEvent[]): string {
  const nodes = nodesOf(events);
  const x = (node: number): number => 60 + nodes.indexOf(node) * columnWidth;
  const width = 120 + Math.max(nodes.length - 1, 1) * columnWidth;
  const height = top + (events.length + 1) * rowHeight;
  const lanes = nodes.map(
    (node) =>
      `<text x="${x(node)}" y="20" text-anchor="middle">${labelOf(node)}</text><line x1="${x(node)}" y1="30" x2="${x(node)}" y2="${height}" stroke="#bbb"/>`,
  );
  const rows = events.map((event, index) => row(event, x, top + index * rowHeight));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11"><defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs><rect width="100%" height="100%" fill="white"/>${lanes.join('')}${rows.join('')}</svg>\n`;
}

function row({ atMs, from, to, text, kind }: LoggedEvent, x: (node: number) => number, y: number): string {
  const label = escaped(`${atMs} ms ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`);
  if (kind === 'event' || from === to) {
    return `<circle cx="${x(to)}" cy="${y}" r="4" fill="#c33"/><text x="${x(to) + 8}" y="${y - 4}">${label}</text>`;
  }
  const dashed = kind === 'reply' ? ' stroke-dasharray="4 3"' : '';
  const middle = (x(from) + x(to)) / 2;
  return `<line x1="${x(from)}" y1="${y}" x2="${x(to)}" y2="${y}" stroke="black"${dashed} marker-end="url(#tip)"/><text x="${middle}" y="${y - 4}" text-anchor="middle">${label}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
