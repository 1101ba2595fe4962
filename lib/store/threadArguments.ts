// What a thread inherits of the command line: `--input-type`, for source text from a string or standard input, is refused by
// a thread, which starts with a file. Beside the store, whose thread is the lowest of the library's.

/** Options that a thread needs as its process does, to find and load modules. */
const kept = /^(--import|--require|-r|--loader|--experimental-loader|--conditions|-C)$/;

/** Options of a new Worker, or of Piscina, beside their own. Nothing where it can inherit all there is. */
export function threadArguments(given: readonly string[] = process.execArgv): { execArgv?: string[] } {
  if (!given.some((argument) => /^--input-type(=|$)/.test(argument))) return {};
  const execArgv = given.flatMap((argument, i) => {
    if (kept.test(argument)) return given.slice(i, i + 2);
    return kept.test(argument.replace(/=.*$/s, '')) ? [argument] : [];
  });
  return { execArgv };
}
