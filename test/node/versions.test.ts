// What arrives from another version of a protocol.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, tell } from '../../lib/index.ts';
import { Inbox } from '../../lib/node/inbox.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { ByteReader, ByteWriter } from '../../lib/wire/buffer.ts';
import { readDynamic } from '../../lib/wire/dynamic.ts';
import { FrameKind } from '../../lib/wire/frames.ts';
import { protocolTable } from '../../lib/wire/protocolTable.ts';
import { manualNode, settle } from '../fixtures/manualWorld.ts';

const Adder = actor('test/versions/Adder', {
  protocol: { add: tell(z.number()), total: ask(z.void(), z.number()) },
  create: () => {
    let sum = 0;
    return {
      add(n) {
        sum += n;
      },
      total: () => sum,
    };
  },
});

/** A message as its fields, from a sender whose protocol has another fingerprint when `stranger`. */
function message(cell: number, name: string, stranger: boolean, ...rest: number[]): ByteReader {
  const entry = protocolTable(Adder.protocol).entries.find((candidate) => candidate.name === name)!;
  const writer = new ByteWriter(nodePlatform);
  writer.f64(cell);
  writer.i32(stranger ? entry.wireId ^ 0x10000 : entry.wireId);
  for (const value of rest) writer.f64(value);
  return new ByteReader(nodePlatform, writer.bytes, 0, writer.position);
}

test('a message of another version of the protocol is refused, never misread', async (t) => {
  const { world, node, events, spawn } = manualNode();
  const answers: { kind: number; frame: ByteReader }[] = [];
  const writer = new ByteWriter(nodePlatform);
  world.transport.link = (() => ({
    writer,
    hasRoom: true,
    commit(start: number) {
      const frame = new ByteReader(nodePlatform, writer.bytes.slice(start, writer.position), 5);
      answers.push({ kind: writer.bytes[start + 4]!, frame });
    },
  })) as never;
  const adder = await spawn(Adder);
  const cell = Number(adder.id.split('/')[1]);
  const inbox = new Inbox(node);

  inbox.receive(1, FrameKind.tell, message(cell, 'add', false, 5));
  inbox.receive(1, FrameKind.tell, message(cell, 'add', true, 7));
  inbox.receive(1, FrameKind.ask, message(cell, 'total', true, 44));
  t.is(await adder.ask.total(), 5);
  await settle();

  const letters = events.filter((event) => event.type === 'deadLetter');
  t.is(letters.length, 1);
  t.regex(letters[0]!.message, /another version of the protocol of 'test\/versions\/Adder'/);
  t.is(answers.length, 1);
  t.is(answers[0]!.kind, FrameKind.failure);
  t.is(answers[0]!.frame.f64(), 44);
  t.is((readDynamic(answers[0]!.frame) as { className: string }).className, 'DefinitionConflictError');
});
