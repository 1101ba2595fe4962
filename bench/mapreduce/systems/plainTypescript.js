import { plain } from '../measure.js';

export const cases = plain;
