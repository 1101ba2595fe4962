// Erlang/OTP; the cases themselves are in erlang/messaging.erl.
import { runErlang, schedulers } from '../../run/erlang.js';
import { messaging } from '../cases.js';

const oneThread = ['tell same node', 'tell same node, 8 schemas', 'spawn', 'bytes per idle actor'];

export const cases = Object.fromEntries(
  messaging.cases
    .filter(({ systems }) => systems.includes('erlang'))
    .map(({ name }) => {
      const flags = oneThread.includes(name) ? schedulers.one : schedulers.all;
      return [name, (meter) => runErlang('messaging', name, meter, flags)];
    }),
);
