// Durable as far as the operating system lives.
import { casesOf } from '../run.js';

export const cases = casesOf({ durable: true, fsync: false });
