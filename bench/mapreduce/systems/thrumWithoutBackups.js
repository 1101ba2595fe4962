import { casesOf } from '../measure.js';

export const cases = casesOf({ threads: 2, backups: false });
