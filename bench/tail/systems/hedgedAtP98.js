import { tailCases } from '../experiment.js';

export const cases = tailCases({ hedge: { percentile: 98, budget: 0.05 } });
