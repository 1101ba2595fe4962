// How a sender of many messages behaves: it heeds pushback and lets the receiver work.

/**
 * Tells `count` messages. Where the runtime has `send`, a tell that is pushed back waits in it; without it
 * the sender asks something, which is answered when the mailbox has been worked off.
 *
 * @param {number} count
 * @param {object} target
 * @param {(i: number) => boolean} target.tell
 * @param {((i: number) => Promise<unknown>) | undefined} target.send `undefined` where there is none
 * @param {() => Promise<unknown>} target.drain resolves when all that was told has been handled
 * @param {number} target.batch tells between two drains
 */
export async function flood(count, { tell, send, drain, batch }) {
  for (let i = 0; i < count; ) {
    const end = Math.min(i + batch, count);
    for (; i < end; i++) {
      if (tell(i)) continue;
      if (send !== undefined) await send(i);
      else {
        do await drain();
        while (!tell(i));
      }
    }
    if (end < count) await drain();
  }
}
