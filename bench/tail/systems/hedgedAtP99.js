import { tailCases } from '../experiment.js';

export const cases = tailCases({ hedge: { percentile: 99, budget: 0.05 } });
