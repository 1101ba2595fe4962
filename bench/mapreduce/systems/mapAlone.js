import { mapAlone } from '../measure.js';

export const cases = mapAlone;
