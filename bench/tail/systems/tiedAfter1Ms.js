import { tailCases } from '../experiment.js';

export const cases = tailCases({ tie: { delayMs: 1 } });
