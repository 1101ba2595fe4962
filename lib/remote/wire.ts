// What goes over an endpoint that a ref is lent through: Comlink's messages, of which few are allowed, and a
// farewell.

/** The lender says that it takes the ref back. Comlink, for which every message has an id, doesn't see it. */
export const goodbye = { thrumRemote: 'closed' } as const;

export function isGoodbye(data: unknown): boolean {
  return (data as { thrumRemote?: unknown } | null | undefined)?.thrumRemote === goodbye.thrumRemote;
}

const kinds: ReadonlySet<unknown> = new Set(['tell', 'send', 'ask']);

/** Most of what `call` takes: see `ExposedRef`. */
const argumentsMax = 5;

interface ComlinkMessage {
  readonly id: string;
  readonly type: unknown;
  readonly path?: unknown;
  readonly argumentList?: unknown;
}

/**
 * What Comlink may see of a message: a call of an allowed function with plain arguments. Else what is wrong with it,
 * or `'ignored'` for one that isn't Comlink's.
 *
 * @param names of the messages, as `tell add`; a send goes by its tell
 */
export function admitted(data: unknown, names: ReadonlySet<string>): object | string {
  if (!isComlinkMessage(data)) return 'ignored';
  const { id, type, path, argumentList } = data;
  if (type === 'RELEASE') return { id, type };
  if (type !== 'APPLY') return `a lent ref can only be called, not '${String(type).slice(0, 20)}'`;
  if (!Array.isArray(path) || !isAllowed(path, names)) {
    return `a lent ref has nothing to call at '${textOf(path)}': its protocol's messages are under tell, send and ask`;
  }
  if (!Array.isArray(argumentList) || argumentList.length > argumentsMax || !argumentList.every(isRaw)) {
    return 'a lent ref takes a message and options, as plain data: no proxies or callbacks';
  }
  // Nothing of it but what has been looked at.
  return {
    id,
    type,
    path: path.map(String),
    argumentList: argumentList.map(({ value }) => ({ type: 'RAW', value })),
  };
}

/** The answer to a call that isn't let in: it rejects, as Comlink's own do when something throws. */
export function refusalOf(data: unknown, message: string): object {
  const value = { name: 'TypeError', message, stack: `TypeError: ${message}` };
  const { id } = data as ComlinkMessage;
  return { id, type: 'HANDLER', name: 'throw', value: { isError: true, value } };
}

function isComlinkMessage(data: unknown): data is ComlinkMessage {
  return (
    typeof data === 'object' && data !== null && 'type' in data && 'id' in data && typeof data.id === 'string'
  );
}

function isAllowed(path: readonly unknown[], names: ReadonlySet<string>): boolean {
  if (path.length === 1) return path[0] === 'call' || path[0] === 'cancel';
  const [kind, name] = path;
  if (path.length !== 2 || !kinds.has(kind) || typeof name !== 'string') return false;
  return names.has(`${kind === 'send' ? 'tell' : kind} ${name}`);
}

function isRaw(argument: unknown): argument is { readonly value: unknown } {
  return typeof argument === 'object' && argument !== null && (argument as { type?: unknown }).type === 'RAW';
}

function textOf(path: unknown): string {
  return Array.isArray(path)
    ? path
        .slice(0, 4)
        .map((part) => String(part).slice(0, 40))
        .join('.')
    : '';
}
