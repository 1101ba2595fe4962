// The first file of a worker node. It says that the thread is up before it loads the runtime (and zod), so
// that starting a system doesn't wait for either.
import { parentPort, workerData } from 'node:worker_threads';
import type { NodeData } from './control.ts';
import { upMessage } from './greeting.ts';
import { importModule } from './importModule.ts';
import { markAsNode } from './nodeFlag.ts';
import { writeStdioAtOnce } from './syncStdio.ts';

markAsNode();
writeStdioAtOnce();
parentPort!.postMessage(upMessage);
const { runNode } = await import('./workerNode.ts');
runNode((workerData as NodeData).thrumNode, importModule);
