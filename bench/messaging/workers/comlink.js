import { parentPort } from 'node:worker_threads';
import { expose, wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { addition, oneInFlight } from '../messages.js';
import * as counter from './counter.js';

const api = {
  ...counter,
  /** Serves the counter on another port as well. */
  serve(port) {
    expose(counter, nodeEndpoint(port));
  },
  /** Asks the counter behind `port`, one ask after the other. */
  converse(port, count) {
    remote ??= wrap(nodeEndpoint(port));
    return oneInFlight(count, (i) => remote.weigh(addition(i)));
  },
};
let remote;

expose(api, nodeEndpoint(parentPort));
