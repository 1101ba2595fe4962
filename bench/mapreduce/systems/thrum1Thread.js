import { casesOf } from '../measure.js';

export const cases = casesOf({ threads: 1 });
