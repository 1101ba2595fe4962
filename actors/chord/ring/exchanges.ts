// Runs the exchanges of one node: one at a time, each question until it is answered. A node in the middle of an exchange
// answers others from its present state: an exchange changes that in one step, when it has its answer, so that it is
// whole at all times.
import type { Peer } from '../messages.ts';
import type { Answer, Exchange, Question } from './exchange.ts';
import type { Member } from './member.ts';
import type { Observer } from './observer.ts';
import type { Requests } from './requests.ts';

export class Exchanges {
  private readonly member: Member;
  private readonly requests: Requests;
  private readonly observer: Observer | undefined;
  private running = false;
  private attempts = 0;
  private readonly onFree: (() => void)[] = [];

  constructor(member: Member, requests: Requests, observer: Observer | undefined) {
    this.member = member;
    this.requests = requests;
    this.observer = observer;
  }

  /** Runs an exchange to its end. If one is under way, this one begins after it, in the order of the calls. */
  async run<Result>(begin: () => Exchange<Result>, overlaps = false): Promise<Result> {
    if (!overlaps) while (this.running) await new Promise<void>((resolve) => this.onFree.push(resolve));
    this.running = true;
    try {
      const exchange = begin();
      let step = exchange.next();
      while (step.done !== true) {
        const attempts: number[] = [];
        const answer = await this.put(step.value, attempts);
        step = exchange.next(answer);
        this.observer?.changed(this.member);
        for (const attempt of attempts) this.observer?.listArrived(this.member, attempt);
      }
      return step.value;
    } finally {
      this.running = false;
      this.observer?.changed(this.member);
      this.onFree.shift()?.();
    }
  }

  /** `attempts`: takes the numbers of the questions sent. */
  private async put(question: Question, attempts: number[]): Promise<Answer> {
    const { of } = question;
    if (question.ask === 'ping') {
      const alive = await this.requests.ask(of, (options) => of.ref.ask.ping(options));
      return { kind: alive === true ? 'alive' : 'dead' };
    }
    return this.askState(of, question.copies, attempts);
  }

  private async askState(of: Peer, copies: boolean, attempts: number[]): Promise<Answer> {
    const reply = await this.requests.ask(of, (options) => {
      const attempt = ++this.attempts;
      attempts.push(attempt);
      return of.ref.ask.state({ asker: this.member.self, attempt, copies }, options);
    });
    return reply?.kind === 'state' ? reply : { kind: 'dead' };
  }
}
