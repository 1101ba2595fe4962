// webpack: it finds the worker file by itself, in `new Worker(new URL('./thrum.worker.js', import.meta.url))`.
import { fileURLToPath } from 'node:url';
import { EsbuildPlugin } from 'esbuild-loader';

export default {
  mode: 'production',
  target: 'node20',
  context: import.meta.dirname,
  entry: { main: '../app/main.ts' },
  output: {
    path: fileURLToPath(new URL('dist', import.meta.url)),
    filename: '[name].mjs',
    module: true,
    chunkFormat: 'module',
    clean: true,
  },
  experiments: { outputModule: true },
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  module: { rules: [{ test: /\.ts$/, loader: 'esbuild-loader', options: { target: 'node20' } }] },
  // Your own error classes travel by name: see `errors` of actor().
  optimization: { minimizer: [new EsbuildPlugin({ target: 'node20', keepNames: true })] },
};
