// next build: the server as files that need nothing beside them.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The folder whose node_modules has Next; the app's sources are below it as well. */
const root = join(createRequire(import.meta.url).resolve('next/package.json'), '../../..');

export default {
  output: 'standalone',
  outputFileTracingRoot: root,
  outputFileTracingIncludes: { '/api/primes': ['./thrum.worker.mjs'] },
  // Error classes of the app's own travel by name, and minified names differ from file to file.
  experimental: { serverMinification: false },
  turbopack: { root },
};
