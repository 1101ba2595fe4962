// node build.mjs: the worker file with esbuild, then the server. Next's bundler copies a worker file as it is, in
// TypeScript and with its imports; next.config.mjs brings ours into the standalone build.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['../app/thrum.worker.ts'],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outfile: 'thrum.worker.mjs',
});

const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
const { status } = spawnSync(process.execPath, [next, 'build'], {
  cwd: import.meta.dirname,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
