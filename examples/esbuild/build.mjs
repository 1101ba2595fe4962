// node build.mjs: two entries, one for the main thread and one for the workers, with everything they import.
import { build } from 'esbuild';

const common = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  minify: true,
  // Your own error classes travel by name: see `errors` of actor().
  keepNames: true,
  platform: 'node',
  target: 'node20',
};

await build({
  ...common,
  entryPoints: ['../app/main.ts', '../app/thrum.worker.ts'],
  format: 'esm',
  outdir: 'dist/esm',
  outExtension: { '.js': '.js' },
  // CommonJS packages in the bundle may call require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

await build({
  ...common,
  entryPoints: { main: '../app/main.cjs.ts', 'thrum.worker': '../app/thrum.worker.ts' },
  format: 'cjs',
  outdir: 'dist/cjs',
  outExtension: { '.js': '.cjs' },
  // The library looks for its own files by import.meta.url, but not where `worker` is given.
  logOverride: { 'empty-import-meta': 'silent' },
});
