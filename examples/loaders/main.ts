// tsx main.ts, or node main.ts from Node 22.18 on.
import { createSystem } from 'thrum';
import { Counter } from './counter.ts';

const system = await createSystem({ threads: 1 });
const counter = await system.spawn(Counter, { start: 40 });
counter.tell.add(2);
console.log(
  `${await counter.ask.total()} on ${(await counter.ask.thread()) === 0 ? 'the main' : 'another'} thread`,
);
await system.close();
