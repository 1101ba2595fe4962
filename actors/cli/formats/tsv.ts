// `word<TAB>count`, or `path<TAB>word<TAB>count`, raw. Words hold white space only under rules of one's own, and paths
// may hold any: a tab or a line end in them is written as \t, \n or \r, so that lines and columns stay what they are.
import type { Format } from './format.ts';

const escapes: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escaped = (text: string): string => text.replace(/[\t\n\r]/g, (character) => escapes[character]!);

export const tsv: Format = async function* (batches) {
  for await (const batch of batches) {
    let text = '';
    for (const { path, word, count } of batch) {
      text +=
        path === undefined
          ? `${escaped(word)}\t${count}\n`
          : `${escaped(path)}\t${escaped(word)}\t${count}\n`;
    }
    yield text;
  }
};
