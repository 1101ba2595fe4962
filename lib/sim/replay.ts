// The one command that shows a failure again, from the file and the runner that it was seen in.

interface Runtime {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  cwd?(): string;
}

const runtime = (globalThis as { process?: Runtime }).process;

/** The seed that the environment asks for, `THRUM_SIM_SEED`. */
export function seedFromEnvironment(): number | undefined {
  const text = runtime?.env?.THRUM_SIM_SEED;
  return text === undefined || text === '' ? undefined : Number(text);
}

/** The file that called into the simulator, from a stack. */
export function callerIn(stack: string | undefined): string | undefined {
  for (const line of (stack ?? '').split('\n').slice(1)) {
    const path = /(?:\(|at |async )(?:file:\/\/)?(\/[^():]+|[A-Za-z]:[^():]+):\d+:\d+\)?$/.exec(line)?.[1];
    if (path !== undefined && !/[\\/]lib[\\/]sim[\\/]/.test(path)) return relative(path);
  }
  return undefined;
}

function relative(path: string): string {
  const cwd = runtime?.cwd?.();
  return cwd !== undefined && path.startsWith(`${cwd}/`) ? path.slice(cwd.length + 1) : path;
}

const runners: readonly [pattern: RegExp, command: string][] = [
  [/\bava\b/, 'npx ava'],
  [/\bvitest\b/, 'npx vitest run'],
  [/\bjest\b/, 'npx jest'],
  [/\bmocha\b/, 'npx mocha'],
];

/** The command; where the file isn't known, what to set. */
export function replayCommand(seed: number, file: string | undefined): string {
  if (file === undefined) return `THRUM_SIM_SEED=${seed} in the environment of the same command`;
  const { argv = [], env = {} } = runtime ?? {};
  const how = [...argv.slice(1), env.npm_lifecycle_script ?? '', env.VITEST ? 'vitest' : ''].join(' ');
  const runner = runners.find(([pattern]) => pattern.test(how))?.[1];
  const ofNode = env.NODE_TEST_CONTEXT === undefined ? 'node' : 'node --test';
  return `THRUM_SIM_SEED=${seed} ${runner ?? ofNode} ${quote(file)}`;
}

export function quote(text: string): string {
  return /^[\w./:@=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
