// rollup -c: esbuild takes the types out, node-resolve brings the packages in.
import { fileURLToPath } from 'node:url';
import nodeResolve from '@rollup/plugin-node-resolve';
import { transform } from 'esbuild';

const app = (file) => fileURLToPath(new URL(`../app/${file}`, import.meta.url));

const typescript = {
  name: 'typescript',
  transform: (code, id) =>
    id.endsWith('.ts') ? transform(code, { loader: 'ts', target: 'node20', sourcemap: true }) : undefined,
};

export default {
  input: { main: app('main.ts'), 'thrum.worker': app('thrum.worker.ts') },
  output: { dir: 'dist', format: 'es', entryFileNames: '[name].js' },
  // Piscina, which tasks run on, is loaded when the first one is run, from node_modules: it starts a file of its own.
  external: [/^node:/, 'piscina'],
  plugins: [typescript, nodeResolve({ preferBuiltins: true })],
};
