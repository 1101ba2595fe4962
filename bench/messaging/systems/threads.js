// threads.js: calls on a spawned worker's module.
import { spawn, Worker } from 'threads';
import { callCases } from '../callCases.js';

async function start() {
  // It resolves the path from the calling file.
  return spawn(new Worker('../workers/threads.js'));
}

export const cases = callCases(start);
