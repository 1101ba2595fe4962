// The Savina benchmarks on Erlang/OTP; they are written in erlang/savina.erl.
import { runErlang, schedulers } from '../../run/erlang.js';
import { benchmarks } from '../cases.js';
import { expected, sizes } from '../sizes.js';

const flags = { 'in one node': schedulers.one, 'across nodes': schedulers.all };

/** The benchmark's name without its parameters. */
function erlangName(name) {
  return name.replace(/ (\d|100 actors).*$/, '');
}

function run(name, place) {
  return (meter) => {
    const size = sizes(name, meter);
    const numbers = [expected(name, size), ...Object.values(size)].map(String);
    return runErlang('savina', erlangName(name), meter, flags[place], numbers);
  };
}

export const cases = Object.fromEntries(
  benchmarks.flatMap((name) => Object.keys(flags).map((place) => [`${name} ${place}`, run(name, place)])),
);
