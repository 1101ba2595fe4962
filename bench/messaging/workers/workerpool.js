import workerpool from 'workerpool';
import * as counter from './counter.js';

workerpool.worker({ ...counter });
