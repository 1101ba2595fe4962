import { createSystem, type Ref, type System } from 'thrum';
import { Counter } from './counter.ts';

const system: System = await createSystem({ threads: 1 });
try {
  const counter: Ref<typeof Counter> = await system.spawn(Counter, { start: 40 }, { on: 'any' });
  const accepted: boolean = counter.tell.add(2);
  const { total, onMainThread }: { total: number; onMainThread: boolean } = await counter.ask.total({
    timeoutMs: 5000,
  });
  if (!accepted) throw new Error('the actor did not accept the message');
  console.log(`${total} on ${onMainThread ? 'the main' : 'another'} thread`);
} finally {
  await system.close();
}
