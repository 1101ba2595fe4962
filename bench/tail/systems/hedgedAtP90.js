import { casesOf } from '../cases.js';

export const cases = casesOf('hedged at p90');
