// The suites there are. Each says which cases it has, in which unit, and which systems take part.
import { mapreduce } from './mapreduce/cases.js';
import { messaging } from './messaging/cases.js';
import { routing } from './routing/cases.js';
import { savina } from './savina/cases.js';
import { sim } from './sim/cases.js';
import { store } from './store/cases.js';
import { tail } from './tail/cases.js';
import { tasks } from './tasks/cases.js';
import { wordcount } from './wordcount/cases.js';

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} unit `/s` and `B/s` where more is better; `µs`, `ms`, `B` and `MB` where less is
 * @property {readonly { name: string, unit: string }[]} [measures] what one sample gives, where that is several numbers
 * @property {number} [runsMax] so many runs say all there is to say: a simulation's are all alike
 * @property {readonly string[]} systems those that take part, in the order of the table
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly Case[]} cases
 * @property {readonly string[]} footnotes what a reader of the table must know
 */

/** @type {readonly Suite[]} */
export const suites = [mapreduce, messaging, savina, routing, sim, store, tail, tasks, wordcount];
