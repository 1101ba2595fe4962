import { expose } from 'threads/worker';
import * as counter from './counter.js';

expose({ ...counter });
