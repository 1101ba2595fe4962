// threads.js: calls on a spawned worker's module.
import { spawn, Worker } from 'threads';
import { callCases } from '../callCases.js';

async function start() {
  // It resolves the path from the calling file.
  return spawn(new Worker('../workers/threads.js'));
}

// It slows down with more calls open: each one listens to every reply.
export const cases = callCases(start, 100);
