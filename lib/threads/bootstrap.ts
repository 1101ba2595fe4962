// The first file of a worker node. It says that the thread is up before it loads the runtime (and zod), so
// that starting a system doesn't wait for either.
import { parentPort } from 'node:worker_threads';
import { markAsNode } from './nodeFlag.ts';
import { writeStdioAtOnce } from './syncStdio.ts';

markAsNode();
writeStdioAtOnce();
parentPort!.postMessage('up');
const { startNode } = await import('./workerNode.ts');
startNode();
