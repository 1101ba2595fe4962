// Checks of what a user declares and hands over, for what the compiler hasn't seen: JavaScript, a schema of another zod,
// a definition that is still undefined since two modules import each other.
import { inspectBriefly } from './briefly.ts';
import { InvalidOptionError } from './errors.ts';
import type { Strategy } from './supervision.ts';

const makers = { 'thrum/actor': 'actor', 'thrum/task': 'task', 'thrum/resource': 'resource' } as const;
type Kind = keyof typeof makers;

/**
 * Refuses a declaration without a name, or without the function that makes it what it is.
 *
 * @throws `InvalidOptionError`
 */
export function checkDeclaration(kind: Kind, name: unknown, declaration: unknown, fn: string): void {
  const maker = makers[kind];
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError(
      `the first argument of ${maker}(…) is its name, a text such as 'shop/${maker}', not ${inspectBriefly(name)}`,
    );
  }
  if (typeof declaration !== 'object' || declaration === null) {
    throw new InvalidOptionError(
      `${maker}('${name}', …) needs { ${fn}, … }, not ${inspectBriefly(declaration)}`,
    );
  }
  const made = (declaration as Record<string, unknown>)[fn];
  if (typeof made !== 'function') {
    throw new InvalidOptionError(`\`${fn}\` of '${name}' must be a function, not ${inspectBriefly(made)}`);
  }
}

/**
 * Refuses a protocol, or a message of one, that wasn't made by `tell` and `ask`.
 *
 * @throws `InvalidOptionError`
 */
export function checkProtocol(name: string, protocol: unknown): void {
  if (typeof protocol === 'object' && protocol !== null) return;
  throw new InvalidOptionError(
    `\`protocol\` of '${name}' must be an object of tell(…) and ask(…), not ${inspectBriefly(protocol)}`,
  );
}

export function checkMessage(name: string, definition: string, message: unknown): void {
  const kind =
    typeof message === 'object' && message !== null ? (message as { kind?: unknown }).kind : undefined;
  if (kind === 'tell' || kind === 'ask') return;
  throw new InvalidOptionError(
    `message '${name}' of ${definition} must be tell(schema) or ask(schema, replySchema), not ${inspectBriefly(message)}`,
  );
}

export function checkStrategy(definition: string, strategy: unknown): void {
  if (strategy === undefined || strategies.has(strategy)) return;
  throw new InvalidOptionError(
    `\`strategy\` of '${definition}' must be 'one-for-one', 'one-for-all' or 'rest-for-one', not ${inspectBriefly(strategy)}`,
  );
}

const strategies: ReadonlySet<unknown> = new Set<Strategy>(['one-for-one', 'one-for-all', 'rest-for-one']);

/**
 * Refuses what isn't a definition where one is used.
 *
 * @throws `InvalidOptionError`
 */
export function checkDefinition(value: unknown, kind: Kind, call: string): void {
  if ((value as { kind?: unknown } | null | undefined)?.kind === kind) return;
  const hint = value === undefined ? '. Do its module and this one import each other?' : '';
  throw new InvalidOptionError(
    `${call} takes what ${makers[kind]}(…) has returned, not ${inspectBriefly(value)}${hint}`,
  );
}

/**
 * Refuses options that aren't there. A misspelt one would otherwise do nothing, and nobody would know.
 *
 * @throws `InvalidOptionError`
 */
export function checkOptionNames(
  call: string,
  options: unknown,
  names: Readonly<Record<string, true>>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError(`${call} takes an object of options, not ${inspectBriefly(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    throw new InvalidOptionError(
      `${call} has no option '${name}': there are ${Object.keys(names).join(', ')}`,
    );
  }
}
