// The queue of an actor beside the simplest one that does the same, an array.
import test from 'ava';
import fc from 'fast-check';
import { Mailbox, noReply, taken } from '../../lib/cell/mailbox.ts';

const limit = 6000;

// Long runs of one thing, so that the circle, its growth and the chunks behind it are all come by.
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('offer', 'take', 'putBack', 'dropOldest'),
    times: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 500, max: 3000 })),
  }),
  { maxLength: 25 },
);

test('messages come out in order, whatever is put in, put back and dropped, up to the limit', (t) => {
  fc.assert(
    fc.property(steps, (list) => {
      const mailbox = new Mailbox();
      const model: number[] = [];
      let next = 0;
      for (const { what, times } of list) {
        for (let i = 0; i < times; i++) {
          if (what === 'offer') {
            const accepted = mailbox.offer(next & 7, next, noReply, next, limit);
            if (accepted !== model.length < limit) return false;
            if (accepted) model.push(next);
            next++;
          } else if (what === 'putBack') {
            mailbox.putBack({ index: next & 7, payload: next, replyNode: noReply, askId: next });
            model.unshift(next++);
          } else {
            const expected = model.shift();
            const message = what === 'take' ? (mailbox.take() ? taken : undefined) : mailbox.dropOldest();
            if (message?.payload !== expected || message?.askId !== expected) return false;
            if (expected !== undefined && message?.index !== (expected & 7)) return false;
          }
          if (mailbox.size !== model.length) return false;
        }
      }
      while (model.length > 0) if (!mailbox.take() || taken.payload !== model.shift()) return false;
      return !mailbox.take();
    }),
    { numRuns: 300 },
  );
  t.pass();
});
