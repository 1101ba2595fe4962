import { pooled, routingCases } from '../experiment.js';

export const cases = routingCases(pooled(1));
