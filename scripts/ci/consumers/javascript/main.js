import { createSystem } from 'thrum';
import { Counter } from './counter.js';

const system = await createSystem({ threads: 1 });
try {
  const counter = await system.spawn(Counter, { start: 40 }, { on: 'any' });
  counter.tell.add(2);
  const { total, onMainThread } = await counter.ask.total();
  console.log(`${total} on ${onMainThread ? 'the main' : 'another'} thread`);
} finally {
  await system.close();
}
