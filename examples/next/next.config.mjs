// next build: the server as files that need nothing beside them.
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

export default {
  output: 'standalone',
  // The folder above this one has the app's sources.
  outputFileTracingRoot: root,
  turbopack: { root },
};
