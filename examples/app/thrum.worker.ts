// What runs on the worker threads: every module with actors in it, and the node.
import './primes.ts';
import { startNode } from 'thrum';

startNode();
