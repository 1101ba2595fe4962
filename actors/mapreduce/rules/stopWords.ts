// Lists of stop words by language, from the package stopword.
import { InvalidOptionError } from '../../../lib/index.ts';

const codes = {
  ...{ af: 'afr', ar: 'ara', bg: 'bul', bn: 'ben', ca: 'cat', cs: 'ces', da: 'dan', de: 'deu', el: 'ell' },
  ...{ en: 'eng', es: 'spa', et: 'est', eu: 'eus', fa: 'fas', fi: 'fin', fr: 'fra', ga: 'gle', gl: 'glg' },
  ...{ he: 'heb', hi: 'hin', hr: 'hrv', hu: 'hun', hy: 'hye', id: 'ind', it: 'ita', ja: 'jpn', ko: 'kor' },
  ...{ lt: 'lit', lv: 'lav', ms: 'msa', nl: 'nld', no: 'nob', pl: 'pol', pt: 'por', ro: 'ron', ru: 'rus' },
  ...{ sk: 'slk', sl: 'slv', sv: 'swe', th: 'tha', tr: 'tur', uk: 'ukr', vi: 'vie', zh: 'zho' },
} as const;

/** ISO 639-1 codes of the languages that there are lists of. */
export const stopWordLanguages: readonly string[] = Object.keys(codes);

/**
 * The stop words of a language, in lower case.
 *
 * @param language an ISO 639-1 code, such as `en`
 * @throws InvalidOptionError for a language without a list
 */
export async function stopWordsOf(language: string): Promise<readonly string[]> {
  const code = (codes as Record<string, string>)[language];
  if (code === undefined) {
    throw new InvalidOptionError(
      `there are no stop words for ${JSON.stringify(language)}, only for ${stopWordLanguages.join(', ')}`,
    );
  }
  // @ts-expect-error The package has no types.
  const lists = (await import('stopword')) as Record<string, readonly string[]>;
  return lists[code]!;
}
