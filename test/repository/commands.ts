// The lines of a document's `sh` blocks: which are run, which are checked in another way, and how.

import { chmod, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Block, codeFile, filesFor, isCode } from './markdown.ts';
import { execute, type Finished } from './programs.ts';
import { repositoryRoot } from './root.ts';
import { withTree } from './tree.ts';

interface Manifest {
  name: string;
  scripts: Record<string, string>;
  peerDependencies: Record<string, string>;
}

const runAsTheyAre = new Set(['thrum', 'cat', 'echo', 'printf', 'head', 'tail', 'sort', 'wc', 'gzip', 'tar']);

/** The block's lines: comments and empty lines left out, continued lines joined. */
export function linesOf(block: Block): string[] {
  return block.text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

export interface Line {
  /** What of the line is run by a shell; empty if nothing is. */
  command: string;
  /** The `curl` commands of the line. */
  requests: string[];
  /** What is wrong with the line without running it. */
  errors: string[];
}

export async function examine(line: string, blocks: readonly Block[]): Promise<Line> {
  const manifest = await readManifest();
  const run: string[] = [];
  const requests: string[] = [];
  const errors: string[] = [];
  for (const pipeline of line.split('&&').map((part) => part.trim())) {
    const words = pipeline.split(/\s+/);
    const verdict = examineOne(words, blocks, manifest);
    if (verdict === 'request') requests.push(pipeline);
    else if (verdict === 'run') {
      const unknown = pipeline.split('|').filter((command) => !isRunnable(command.trim().split(/\s+/)));
      errors.push(...unknown.map((command) => `no test knows how to run '${command.trim()}'`));
      run.push(pipeline);
    } else if (verdict !== 'fine') errors.push(verdict);
  }
  return { command: run.join(' && '), requests, errors };
}

function isRunnable([program = '', ...args]: string[]): boolean {
  if (program === 'npx') return args[0] === 'thrum';
  if (program === 'npm') return args[0] === 'start';
  return runAsTheyAre.has(program);
}

/** 'run', 'request', 'fine', or what is wrong. */
function examineOne([program = '', ...args]: string[], blocks: readonly Block[], manifest: Manifest): string {
  const [first = '', second = ''] = args;
  if (program === 'cd' || (program === 'git' && first === 'clone')) return 'fine';
  if (program === 'curl') {
    const served = blocks.some((block) => block.words.includes('serve'));
    return served ? 'request' : 'no block of the document is a server';
  }
  if (program === 'node')
    return isProgram(first, blocks) ? 'fine' : `no block of the document is the program ${first}`;
  if (program !== 'npm' || first === 'start') return 'run';
  if (first === 'ci') return 'fine';
  if (first === 'test') return hasScript(manifest, 'test');
  if (first === 'run') return hasScript(manifest, second);
  if (first === 'install' || first === 'i') return installable(args.slice(1), manifest);
  return `no test knows npm ${first}`;
}

function hasScript(manifest: Manifest, name: string): string {
  return manifest.scripts[name] === undefined ? `package.json has no script '${name}'` : 'fine';
}

function isProgram(file: string, blocks: readonly Block[]): boolean {
  const stem = (name: string) => name.replace(/\.[jt]s$/, '');
  return blocks.some(
    (block) =>
      isCode(block) &&
      stem(codeFile(block)) === stem(file) &&
      (block.words.includes('run') || block.words.includes('serve')),
  );
}

function installable(args: readonly string[], manifest: Manifest): string {
  const known = [manifest.name, ...Object.keys(manifest.peerDependencies)];
  const unknown = args.filter((arg) => !arg.startsWith('-') && !known.includes(arg));
  return unknown.length === 0 ? 'fine' : `${unknown.join(', ')} is neither this package nor one of its peers`;
}

async function readManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
}

/** Runs commands one after another, in one fresh folder that holds the document's files and the sample files. */
export async function runCommands(
  commands: readonly string[],
  blocks: readonly Block[],
): Promise<Finished[]> {
  const { scripts } = await readManifest();
  const start = /^node (\S+)(.*)$/.exec(scripts.start ?? '');
  if (start === null) throw new Error("package.json's start script is not 'node FILE …'");
  const node = `exec '${process.execPath}'`;
  const programs = {
    thrum: `${node} '${join(repositoryRoot, 'dist/actors/cli/main.js')}' "$@"`,
    npx: 'exec "$@"',
    // npm itself would give the arguments before `--` to npm, not to the script.
    npm: `shift; [ $# -eq 0 ] || [ "$1" = -- ] || exit 64; [ $# -eq 0 ] || shift
${node} '${join(repositoryRoot, start[1] ?? '')}'${start[2]} "$@"`,
  };
  const bin = Object.fromEntries(
    Object.entries(programs).map(([name, body]) => [name, `#!/bin/sh\n${body}\n`]),
  );
  return withTree(bin, async (binFolder) => {
    for (const name of Object.keys(bin)) await chmod(join(binFolder, name), 0o755);
    const path = [binFolder, dirname(process.execPath), process.env.PATH].join(':');
    return withTree(filesFor(blocks), async (cwd) => {
      const finished: Finished[] = [];
      for (const command of commands) {
        const env = { ...process.env, PATH: path };
        finished.push(await execute('bash', ['-e', '-o', 'pipefail', '-c', command], { cwd, env }));
      }
      return finished;
    });
  });
}

/** What a `curl` line asks of the server at `origin`, whatever host and port the line names. */
export function requestOf(curl: string, origin: string): Request {
  const words = [...curl.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  const { values, positionals } = parseArgs({
    args: words.slice(1),
    allowPositionals: true,
    options: {
      data: { type: 'string', short: 'd' },
      header: { type: 'string', short: 'H', multiple: true },
      request: { type: 'string', short: 'X' },
      silent: { type: 'boolean', short: 's' },
    },
  });
  const address = positionals[0] ?? '';
  const { pathname, search } = new URL(address.includes('://') ? address : `http://${address}`);
  const headers = (values.header ?? []).map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()];
  });
  return new Request(new URL(pathname + search, origin), {
    method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
    // The server is stopped next: no connection is to be kept for later.
    headers: [...headers, ['connection', 'close']],
    ...(values.data === undefined ? {} : { body: values.data }),
  });
}
