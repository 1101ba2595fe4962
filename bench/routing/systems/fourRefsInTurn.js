import { inTurn, routingCases } from '../experiment.js';

export const cases = routingCases(inTurn);
