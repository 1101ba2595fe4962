// Not durable: what the rest costs.
import { casesOf } from '../run.js';

export const cases = casesOf({ durable: false });
