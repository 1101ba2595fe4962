// The entry of `npm run bench`: installs the peers on first use, then hands over to the command line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What `import` needs to be there before the command line can be loaded. */
function prepare() {
  if (!existsSync(new URL('../dist/lib/index.js', import.meta.url))) {
    throw new Error('thrum is not built: run `npm run build` in the root of the repository first');
  }
  if (existsSync(new URL('node_modules/.package-lock.json', import.meta.url))) return;
  console.error('Installing the peers of the benchmarks (once) ...');
  // No scripts: thrum itself is a dependency here, and npm would build it again.
  const options = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', options, {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('could not install the peers: see above');
}

try {
  prepare();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exit(1);
}
const { main } = await import('./cli.js');
await main();
