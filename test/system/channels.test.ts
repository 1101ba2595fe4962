// Events on Node's diagnostics_channel, and which events are made for whom.
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import test, { type ExecutionContext } from 'ava';
import type { ChannelMessage, SystemEvent } from '../../lib/index.ts';
import { Counter, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { systemFor } from '../fixtures/systems.ts';

function heard(t: ExecutionContext, type: SystemEvent['type']): ChannelMessage[] {
  const messages: ChannelMessage[] = [];
  const listener = (message: unknown): void => {
    messages.push(message as ChannelMessage);
  };
  subscribe(`thrum:${type}`, listener);
  t.teardown(() => unsubscribe(`thrum:${type}`, listener));
  return messages;
}

test.serial('events of every node are published on the host with their system', async (t) => {
  const failures = heard(t, 'failed');
  const closings = heard(t, 'closed');
  const system = await systemFor(t, { threads: 1 });
  const victim = await system.spawn(Troublemaker, undefined, { on: 1, name: 'victim' });
  await failureOf(victim.ask.throwListed(1));
  await system.close();
  t.is(failures.length, 1);
  t.is(failures[0]!.system, system);
  t.like(failures[0]!.event, { type: 'failed', node: 1, actor: '1/victim', during: 'throwListed' });
  t.like(closings[0]!.event, { type: 'closed', report: { stopped: true } });
});

test.serial('who subscribed to ordinary life before the system was made hears of it', async (t) => {
  const unheard = await systemFor(t, { threads: 1 });
  const life = heard(t, 'started');
  await unheard.spawn(Counter, {}, { on: 1 });
  await unheard.close();
  t.deepEqual(life, [], 'the system is older than the subscription');
  const system = await systemFor(t, { threads: 1 });
  const counter = await system.spawn(Counter, {}, { on: 1 });
  await system.close();
  t.deepEqual(
    life.map(({ event }) => event),
    [{ type: 'started', node: 1, actor: counter.path }],
  );
});

test.serial('observe: true makes ordinary life observable to those who come later', async (t) => {
  const system = await systemFor(t, { threads: 1, observe: true });
  const life = heard(t, 'stopped');
  await system.spawn(Counter, {}, { on: 1, name: 'brief' });
  await system.close();
  t.like(life[0]?.event, { type: 'stopped', actor: '1/brief' });
  t.is(life.length, 1);
});

test.serial('ordinary life is no longer reported when the last listener has gone', async (t) => {
  t.false(channel('thrum:started').hasSubscribers);
  const system = await systemFor(t, { threads: 1 });
  const [first, second]: [string[], string[]] = [[], []];
  const offFirst = system.events.on((event) => first.push(event.type));
  const offSecond = system.events.on((event) => second.push(event.type));
  await system.spawn(Counter, {}, { on: 'host' });
  offFirst();
  offFirst();
  await system.spawn(Counter, {}, { on: 'host' });
  offSecond();
  t.deepEqual([first, second], [['started'], ['started', 'started']]);
  const later = heard(t, 'started');
  await system.spawn(Counter, {}, { on: 'host' });
  await system.spawn(Counter, {}, { on: 1 });
  await system.close();
  t.deepEqual(later, []);
});
