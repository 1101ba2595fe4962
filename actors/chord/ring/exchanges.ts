// Runs the exchanges of one node: one at a time, each question until it is answered, and what others want meanwhile
// put off until the node is free.
import type { Context } from '../../../lib/index.ts';
import type { Identifier } from '../identifier.ts';
import type { ChordProtocol, Peer } from '../messages.ts';
import type { ChordParameters } from '../parameters.ts';
import type { Answer, Exchange, Question } from './exchange.ts';
import type { Member } from './member.ts';
import type { Observer } from './observer.ts';
import type { Requests } from './requests.ts';
import { shouldGiveUp, waitChain } from './waitCycle.ts';

/** The exchange was given up to break a wait cycle; what it had changed so far stands. */
export const givenUp: unique symbol = Symbol('given up');

/** What an exchange gives that was run to its end, or not. */
export type Outcome<Result> = Result | typeof givenUp;

export class Exchanges {
  private readonly ctx: Context<typeof ChordProtocol>;
  private readonly member: Member;
  private readonly requests: Requests;
  private readonly parameters: ChordParameters;
  private readonly observer: Observer | undefined;
  private running = false;
  private attempts = 0;
  /** Whom the running exchange waits for, and whom that one does. */
  private chain: readonly Identifier[] = [];
  /** Those who were told that this node is busy. */
  private readonly turnedAway = new Map<Identifier, Peer>();
  private readonly onFree: (() => void)[] = [];
  /** Wakes the exchange that waits for a busy node. */
  private wake: { readonly node: Identifier; readonly resolve: () => void } | undefined;
  private graceUntilMs = 0;
  cyclesBroken = 0;

  constructor(
    ctx: Context<typeof ChordProtocol>,
    member: Member,
    requests: Requests,
    parameters: ChordParameters,
    observer: Observer | undefined,
  ) {
    this.ctx = ctx;
    this.member = member;
    this.requests = requests;
    this.parameters = parameters;
    this.observer = observer;
  }

  get isBusy(): boolean {
    return this.running;
  }

  /** Whom this node waits for, for those who wait for it. */
  get waitsFor(): readonly Identifier[] {
    return this.chain;
  }

  /** Runs an exchange to its end. If one is under way, this one begins after it, in the order of the calls. */
  async run<Result>(begin: () => Exchange<Result>, overlaps = false): Promise<Outcome<Result>> {
    if (!overlaps) while (this.running) await new Promise<void>((resolve) => this.onFree.push(resolve));
    this.running = true;
    try {
      const exchange = begin();
      let step = exchange.next();
      while (step.done !== true) {
        const attempts: number[] = [];
        const answer = await this.put(step.value, attempts);
        if (answer !== givenUp) step = exchange.next(answer);
        this.observer?.changed(this.member);
        for (const attempt of attempts) this.observer?.listArrived(this.member, attempt);
        if (answer === givenUp) return givenUp;
      }
      return step.value;
    } finally {
      this.end();
    }
  }

  /** Notes that `peer` is to be told when this node is free. */
  turnAway(peer: Peer): void {
    this.turnedAway.set(peer.id, peer);
  }

  /** A node that was busy is free. */
  heardFree(node: Identifier): void {
    if (this.wake?.node === node) this.wake.resolve();
  }

  /**
   * How long a round should still wait, in milliseconds: those who were turned away go first. A node that began anew at
   * once would be busy whenever it is asked.
   */
  get graceMs(): number {
    return Math.max(0, this.graceUntilMs - this.ctx.now());
  }

  private end(): void {
    this.running = false;
    if (this.turnedAway.size > 0) this.graceUntilMs = this.ctx.now() + this.parameters.busyRetryMs;
    this.chain = [];
    this.observer?.changed(this.member);
    for (const peer of this.turnedAway.values()) peer.ref.tell.free(this.member.self.id);
    this.turnedAway.clear();
    this.onFree.shift()?.();
  }

  /** `attempts`: takes the numbers of the questions sent. */
  private async put(question: Question, attempts: number[]): Promise<Answer | typeof givenUp> {
    const { of } = question;
    if (question.ask === 'ping') {
      const alive = await this.requests.ask(of, (options) => of.ref.ask.ping(options));
      return { kind: alive === true ? 'alive' : 'dead' };
    }
    return this.askState(of, question.copies, attempts);
  }

  private async askState(of: Peer, copies: boolean, attempts: number[]): Promise<Answer | typeof givenUp> {
    this.chain = [of.id];
    for (;;) {
      const reply = await this.requests.ask(of, (options) => {
        const attempt = ++this.attempts;
        attempts.push(attempt);
        return of.ref.ask.state({ asker: this.member.self, attempt, copies }, options);
      });
      this.chain = [];
      if (reply === undefined || reply.kind === 'left') return { kind: 'dead' };
      if (reply.kind === 'state') return reply;
      this.chain = waitChain(of.id, reply.waitsFor);
      if (shouldGiveUp(this.member.self.id, this.chain)) {
        this.cyclesBroken++;
        return givenUp;
      }
      await this.untilFree(of.id);
    }
  }

  /** Until the node says that it is free; or, since that may be lost, for a while. */
  private async untilFree(node: Identifier): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.ctx.after(this.parameters.busyRetryMs, resolve);
      this.wake = {
        node,
        resolve: () => {
          cancel();
          resolve();
        },
      };
    });
    this.wake = undefined;
  }
}
