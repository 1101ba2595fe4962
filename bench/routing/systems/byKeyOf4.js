import { pooled, routingCases } from '../experiment.js';

export const cases = routingCases(pooled(4, { route: { key: ({ key }) => key } }));
