// One array, an entry a line, so that line tools find their way in it too.
import type { Format } from './format.ts';

export const json: Format = async function* (batches) {
  let separator = '[\n';
  for await (const batch of batches) {
    let text = '';
    for (const { path, word, count } of batch) {
      text += `${separator}${JSON.stringify({ path, word, count })}`;
      separator = ',\n';
    }
    yield text;
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
};
