// The queue of an actor beside the simplest one that does the same, an array.
import test from 'ava';
import fc from 'fast-check';
import { type Envelope, Mailbox, noReply, taken } from '../../lib/cell/mailbox.ts';

const limit = 6000;

// Long runs of one thing, so that chunks of all sizes are filled, emptied and used again.
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('offer', 'take', 'putBack', 'dropOldest'),
    times: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 500, max: 3000 })),
  }),
  { maxLength: 25 },
);

/** Every third message is an ask, with other room in the mailbox than a tell. */
function message(n: number) {
  const isAsk = n % 3 === 0;
  return { index: n & 7, payload: n, replyNode: isAsk ? n & 15 : noReply, askId: isAsk ? n : 0 };
}

function isMessage(out: Envelope | undefined, n: number | undefined): boolean {
  if (n === undefined || out === undefined) return n === out;
  const { index, payload, replyNode, askId } = message(n);
  const isSame = out.index === index && out.payload === payload && out.replyNode === replyNode;
  return isSame && (replyNode === noReply || out.askId === askId);
}

/** The oldest message, where there is one. */
function take(mailbox: Mailbox): Envelope | undefined {
  if (mailbox.size === 0) return undefined;
  const payload = mailbox.take();
  return { index: taken.index, payload, replyNode: taken.replyNode, askId: taken.askId };
}

test('messages come out in order, whatever is put in, put back and dropped, up to the limit', (t) => {
  fc.assert(
    fc.property(steps, (list) => {
      const mailbox = new Mailbox();
      const model: number[] = [];
      let next = 0;
      for (const { what, times } of list) {
        for (let i = 0; i < times; i++) {
          if (what === 'offer') {
            const { index, payload, replyNode, askId } = message(next);
            const accepted = mailbox.offer(index, payload, replyNode, askId, limit);
            if (accepted !== model.length < limit) return false;
            if (accepted) model.push(next);
            next++;
          } else if (what === 'putBack') {
            mailbox.putBack(message(next));
            model.unshift(next++);
          } else {
            const expected = model.shift();
            const out = what === 'take' ? take(mailbox) : mailbox.dropOldest();
            if (!isMessage(out, expected)) return false;
          }
          if (mailbox.size !== model.length) return false;
        }
      }
      while (model.length > 0) if (!isMessage(take(mailbox), model.shift())) return false;
      return mailbox.size === 0;
    }),
    { numRuns: 300 },
  );
  t.pass();
});
