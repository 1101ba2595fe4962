import { oneRef, routingCases } from '../experiment.js';

export const cases = routingCases(oneRef);
