// webpack: two entries, and what the app says about its worker file left as it is. (With `output.module`, webpack's own
// handling of Workers generates code that fails for those of node:worker_threads.)
import { fileURLToPath } from 'node:url';
import { EsbuildPlugin } from 'esbuild-loader';

export default {
  mode: 'production',
  target: 'node20',
  context: import.meta.dirname,
  entry: { main: '../app/main.ts', 'thrum.worker': '../app/thrum.worker.ts' },
  output: {
    path: fileURLToPath(new URL('dist', import.meta.url)),
    filename: '[name].js',
    module: true,
    chunkFormat: 'module',
    clean: true,
  },
  experiments: { outputModule: true },
  module: {
    parser: { javascript: { worker: false, url: false, importMeta: false } },
    rules: [{ test: /\.ts$/, loader: 'esbuild-loader', options: { target: 'node20' } }],
  },
  // Your own error classes travel by name: see `errors` of actor().
  optimization: { minimizer: [new EsbuildPlugin({ target: 'node20', keepNames: true })] },
};
