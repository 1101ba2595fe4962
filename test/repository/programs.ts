// The code blocks of a document as the app they describe: compiled by tsc like a user's code, run, and served.

import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Block, codeFile, filesFor, isCode } from './markdown.ts';
import { repositoryRoot } from './root.ts';
import { writeTree } from './tree.ts';

export interface Finished {
  /** The exit code, or the name of the signal that ended it. */
  exit: number | string;
  stdout: string;
  stderr: string;
}

/** A folder with the document's code, its compiled form beside it, and this package installed. */
export class App {
  readonly folder: string;
  /** What tsc said, each line with the document's own line numbers. */
  readonly diagnostics: readonly string[];

  private constructor(folder: string, diagnostics: readonly string[]) {
    this.folder = folder;
    this.diagnostics = diagnostics;
  }

  /** `packages`: folders of further packages that the code imports; their own types aren't checked then. */
  static async compile(blocks: readonly Block[], packages: readonly string[] = []): Promise<App> {
    const folder = await mkdtemp(join(tmpdir(), 'thrum-readme-'));
    const code = blocks.filter(isCode);
    const options = await readFile(join(repositoryRoot, 'scripts/ci/consumer.tsconfig.json'), 'utf8');
    await writeTree(folder, {
      ...filesFor(blocks),
      ...Object.fromEntries(code.map((block) => [`code/${codeFile(block)}`, block.text])),
      'package.json': '{ "type": "module", "private": true }\n',
      'base.json': options,
      'tsconfig.json': JSON.stringify({
        extends: './base.json',
        compilerOptions: {
          rootDir: 'code',
          outDir: 'out',
          allowJs: true,
          checkJs: packages.length === 0,
          skipLibCheck: packages.length > 0,
        },
        include: ['code'],
      }),
    });
    await installPackages(folder, packages);
    const { stdout } = await execute(process.execPath, [
      join(repositoryRoot, 'node_modules/typescript/bin/tsc'),
      '-p',
      folder,
    ]);
    return new App(folder, stdout === '' ? [] : diagnosticsOf(stdout, code));
  }

  /** Runs a block's compiled program to its end. */
  run(block: Block): Promise<Finished> {
    return execute(process.execPath, [this.#compiled(block)], { cwd: this.folder });
  }

  /** Starts a block's program, which listens on a port of the test's choice. */
  serve(block: Block): Promise<Server> {
    return Server.start(this.#compiled(block), this.folder);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  #compiled(block: Block): string {
    return join(this.folder, 'out', codeFile(block).replace(/ts$/, 'js'));
  }
}

/** Links rather than copies: Node and tsc follow them, so everything is loaded from where it really is. */
async function installPackages(folder: string, packages: readonly string[]): Promise<void> {
  await mkdir(join(folder, 'node_modules/@types'), { recursive: true });
  await symlink(repositoryRoot, join(folder, 'node_modules/thrum'), 'junction');
  for (const name of ['zod', '@types/node']) {
    await symlink(join(repositoryRoot, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  }
  for (const path of packages) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    await symlink(path, join(folder, 'node_modules', name), 'junction');
  }
}

/** `code/main.ts(3,7): error …` becomes `README.md:45: error …`. */
function diagnosticsOf(output: string, code: readonly Block[]): string[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, file, at, message] = /(?:^|\/)code\/([^(]+)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const block = code.find((candidate) => codeFile(candidate) === file);
      return block === undefined ? line : `${block.document}:${block.line + Number(at)}: ${message}`;
    });
}

export class Server {
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #finished: Promise<Finished>;

  private constructor(child: ChildProcess, finished: Promise<Finished>, port: number) {
    this.#child = child;
    this.#finished = finished;
    this.origin = `http://127.0.0.1:${port}`;
  }

  static async start(program: string, cwd: string): Promise<Server> {
    const preload = new URL('./servePreload.js', import.meta.url).href;
    const child = fork(program, {
      cwd,
      execArgv: ['--import', preload],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const finished = collect(child);
    const started = await Promise.race([once(child, 'message'), finished]);
    if (!Array.isArray(started)) throw new Error(`it ended before it listened:\n${describe(started)}`);
    const [{ port }] = started as [{ port: number }];
    return new Server(child, finished, port);
  }

  /** Ends it the way a person does, with Ctrl-C. */
  interrupt(): Promise<Finished> {
    this.#child.kill('SIGINT');
    return this.#finished;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

async function collect(child: ChildProcess): Promise<Finished> {
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null, string | null]>,
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  return { exit: code ?? signal ?? 'unknown', stdout, stderr };
}

export function describe({ exit, stdout, stderr }: Finished): string {
  return `exit ${exit}\n${stdout}${stderr}`;
}

/** A child that hangs is ended, so that the test fails with what it printed. */
const hangMs = 60_000;

/** All tests of a file start at once, and most of them run a program: no more of these than there are cores. */
let free = availableParallelism();
const waiting: (() => void)[] = [];

/** Runs a program to its end, without standard input. */
export async function execute(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await executeNow(program, args, options);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

function executeNow(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { ...options, timeout: hangMs }, (error, stdout, stderr) => {
      resolve({ exit: error === null ? 0 : (error.signal ?? error.code ?? 'unknown'), stdout, stderr });
    });
    child.stdin?.end();
  });
}
