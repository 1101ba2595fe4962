// A value in an error's text: what it is, not all of it.

const textMax = 40;

export function inspectBriefly(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > textMax ? `${value.slice(0, textMax)}…` : value}'`;
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { kind, name } = value as { kind?: unknown; name?: unknown };
  if (typeof kind === 'string' && kind.startsWith('thrum/'))
    return `the ${kind.slice('thrum/'.length)} '${String(name)}'`;
  if ('_zod' in value) return 'a schema';
  const maker = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor
    ?.name;
  return maker === undefined || maker === 'Object' ? 'a plain object' : `an instance of ${maker}`;
}
