import { casesOf } from '../measure.js';

export const cases = casesOf('thrum 4 threads');
