import { tailCases } from '../experiment.js';

export const cases = tailCases({ hedge: { percentile: 95, budget: 0.1 } });
