// Durable by fdatasync.
import { casesOf } from '../run.js';

export const cases = casesOf({ durable: true, fsync: true });
