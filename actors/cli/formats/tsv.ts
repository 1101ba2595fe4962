// `word<TAB>count`, raw: a word holds no white space, so neither a tab nor a line end needs escaping.
import type { Format } from './format.ts';

export const tsv: Format = async function* (batches) {
  for await (const batch of batches) {
    let text = '';
    for (const { word, count } of batch) text += `${word}\t${count}\n`;
    yield text;
  }
};
