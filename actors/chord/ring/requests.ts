// How a node asks another one: again and again until there is an answer or the failure detector gives the node up.
import {
  ActorRestartedError,
  ActorStoppedError,
  AskTimeoutError,
  MailboxFullError,
  NodeDownError,
} from '../../../lib/index.ts';
import type { Peer } from '../messages.ts';
import type { FailureDetector } from './detector.ts';

type Send<Reply> = (options: { timeoutMs: number }) => Promise<Reply>;

/** The asks of one node. */
export class Requests {
  private readonly detector: FailureDetector;
  private readonly timeoutMs: number;
  /** Told of each node that counts as dead because it is silent: it may be cut off. */
  onGivenUp: (peer: Peer) => void = () => {};
  /** How much longer than one step a request may take that other nodes pass on. */
  private readonly longFactor = 20;

  constructor(detector: FailureDetector, timeoutMs: number) {
    this.detector = detector;
    this.timeoutMs = timeoutMs;
  }

  /** The reply, or `undefined` when `peer` is dead as far as this node can tell. Errors of the handler are thrown on. */
  async ask<Reply>(peer: Peer, send: Send<Reply>): Promise<Reply | undefined> {
    for (let unanswered = 1; ; unanswered++) {
      try {
        return await send({ timeoutMs: this.timeoutMs });
      } catch (error) {
        if (isGone(error)) return undefined;
        if (!isSilence(error)) throw error;
        if (!this.detector.isDead(peer, unanswered)) continue;
        this.onGivenUp(peer);
        return undefined;
      }
    }
  }

  /** The same for a request whose answer takes others' time too: it is sent once `peer` has shown that it is alive. */
  async askLong<Reply>(peer: Peer, send: Send<Reply>): Promise<Reply | undefined> {
    if ((await this.ask(peer, (options) => peer.ref.ask.ping(options))) !== true) return undefined;
    try {
      return await send({ timeoutMs: this.timeoutMs * this.longFactor });
    } catch (error) {
      if (isGone(error) || isSilence(error)) return undefined;
      throw error;
    }
  }
}

/** Whether an ask failed in a way that leaves no doubt. A node that was restarted has forgotten its place. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof ActorStoppedError ||
    error instanceof NodeDownError ||
    error instanceof ActorRestartedError
  );
}

function isSilence(error: unknown): boolean {
  return error instanceof AskTimeoutError || error instanceof MailboxFullError;
}
