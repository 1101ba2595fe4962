// Bundles the simulations whose trace hashes are recorded, with thrum/sim and all it needs, as a web page would have
// them. What of thrum is for Node.js alone falls away, since nothing uses it.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A script that sets `traceHashes`, a function that runs them. Needs dist/test, as tsc has built it. */
export async function bundleHashes() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `import { traceHashes } from './dist/test/fixtures/hashScenarios.js';\nglobalThis.traceHashes = traceHashes;`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*', 'lmdb', 'piscina'],
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].text;
}
