import { casesOf } from '../cases.js';

export const cases = casesOf('tied after 1 ms');
