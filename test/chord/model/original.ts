// Five steps that the original protocol doesn't survive, as `counterexample.js` found them (seed 205) and cut them down; and
// the chart of them that docs/chord.md has.
import type { Played, Step } from './script.ts';

/** The ring begins with 20, 80 and c0. */
export const originalScript: readonly Step[] = [
  { do: 'crash', node: '20' },
  { do: 'stabilize', node: '80' },
  { do: 'join', node: '18', by: '80' },
  { do: 'stabilize', node: 'c0' },
  { do: 'leave', node: '80' },
];

/** A Mermaid sequence diagram: what is done, and below it what nodes believe then that they didn't before. */
export function beliefChart({ steps, history, problem }: Played): string {
  const ids = [...new Set(history.flat().map((line) => line.split(':')[0]!))].sort();
  const lines = ['sequenceDiagram', ...ids.map((id) => `  participant n${id} as ${id}`)];
  const known = new Map<string, string>();
  const note = (beliefs: readonly string[]): void => {
    for (const belief of beliefs) {
      const [id, what] = belief.split(': ') as [string, string];
      if (known.get(id) === what) continue;
      known.set(id, what);
      const [successors, predecessor] = what.split(' / ') as [string, string];
      const before = predecessor === '-' ? 'no predecessor' : `predecessor ${predecessor}`;
      lines.push(`  Note over n${id}: successors ${successors.replaceAll(' (dead)', '†')}<br/>${before}`);
    }
  };
  note(history[0]!);
  for (const [index, step] of steps.entries()) {
    const { node } = step;
    if (step.do === 'join') lines.push(`  n${node}->>n${step.by}: ${index + 1}. ${node} joins by ${step.by}`);
    else lines.push(`  n${node}->>n${node}: ${index + 1}. ${node} ${verbs[step.do]}`);
    note(history[index + 1]!);
  }
  lines.push(`  Note over n${ids[0]},n${ids.at(-1)}: ${problem}`);
  return lines.join('\n');
}

const verbs = { stabilize: 'stabilizes', crash: 'crashes', leave: 'leaves' } as const;
