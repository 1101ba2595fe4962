import { tailCases } from '../experiment.js';

export const cases = tailCases({ hedge: { percentile: 90, budget: 0.2 } });
