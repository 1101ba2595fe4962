// Runs the simulations whose trace hashes are recorded in headless Chromium, and compares.
//
//   npm run chromium
//
// CHROMIUM names the browser where it isn't `chromium` on the path (Debian: apt-get install chromium).

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleHashes } from './bundle-hashes.mjs';

const timeoutMs = 120_000;
const page = `<!doctype html><meta charset="utf-8"><script type="module">
import './hashes.js';
const answer = await traceHashes().then((hashes) => ({ hashes }), (error) => ({ error: String(error.stack) }));
await fetch('answer', { method: 'POST', body: JSON.stringify(answer) });
</script>`;

const script = await bundleHashes();
const recorded = JSON.parse(
  await readFile(new URL('../test/fixtures/traceHashes.json', import.meta.url), 'utf8'),
);
let answered;
const answer = new Promise((resolve) => {
  answered = resolve;
});
const server = createServer(async (request, response) => {
  if (request.url === '/answer') answered(JSON.parse(await text(request)));
  const isScript = request.url === '/hashes.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : page);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const profile = await mkdtemp(path.join(tmpdir(), 'thrum-chromium-'));
const browser = spawn(
  process.env.CHROMIUM ?? 'chromium',
  [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${server.address().port}/`,
  ],
  // A process group of its own, so that its helpers end with it.
  { stdio: 'ignore', detached: true },
);
const ended = new Promise((resolve) => {
  browser.on('error', (error) => resolve({ error: `Chromium can't be started: ${error.message}` }));
  browser.on('exit', (code) => resolve({ error: `Chromium ended with ${code} before it answered` }));
  setTimeout(resolve, timeoutMs, { error: `Chromium hasn't answered in ${timeoutMs / 1000} s` }).unref();
});
const { hashes, error } = await Promise.race([answer, ended]);
server.close();
server.closeAllConnections();
if (browser.exitCode === null && browser.pid !== undefined) {
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  process.kill(-browser.pid, 'SIGKILL');
  await gone;
}
await rm(profile, { recursive: true, force: true, maxRetries: 5 });

if (error !== undefined) {
  console.error(`chromium: ${error}`);
  process.exitCode = 1;
} else {
  for (const [name, expected] of Object.entries(recorded)) {
    const same = hashes[name] === expected;
    console.log(`${name}: ${hashes[name]} ${same ? 'as recorded' : `instead of ${expected}`}`);
    if (!same) process.exitCode = 1;
  }
}
