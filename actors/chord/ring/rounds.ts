// The rounds of a node, which keep its place in the ring true: the successor list, the successor's predecessor, a finger.
// When there is one, and what is done in it; what is asked and what follows from the answers is the rules' to say.
import type { NodeRing } from './nodeRing.ts';

export class Rounds {
  private readonly ring: NodeRing;
  private readonly guard: (work: () => Promise<void>) => Promise<void>;
  private runs = false;
  private wanted = false;
  private cancel: (() => void) | undefined;
  /** Rounds that were completed. */
  count = 0;

  /** @param guard runs what no message waits for; if it fails, the node does */
  constructor(ring: NodeRing, guard: (work: () => Promise<void>) => Promise<void>) {
    this.ring = ring;
    this.guard = guard;
  }

  /** One round, now. Where only one may run at a time and one is under way, it follows that one. */
  async run(): Promise<void> {
    const { ctx, member, rules, parameters } = this.ring;
    if (member.phase !== 'member') return;
    if (this.runs && rules.runsOneAtATime) {
      this.wanted = true;
      return;
    }
    this.runs = true;
    this.schedule();
    await this.guard(() => this.round());
    this.runs = false;
    if (this.wanted && member.phase === 'member') {
      this.wanted = false;
      this.schedule(ctx.random() * parameters.backoffMs);
    }
  }

  /** The next round comes after this delay, or, without one, when its time has come; the one that was to come doesn't. */
  schedule(delayMs?: number): void {
    const { ctx, parameters } = this.ring;
    const { min, max } = parameters.stabilizeMs;
    this.stop();
    if (delayMs === undefined && max === 0) return;
    const wait = delayMs ?? min + ctx.random() * (max - min);
    // The turn isn't held by the round: it asks nodes that may be asking this one.
    this.cancel = ctx.after(wait, () => {
      void this.run();
    });
  }

  /** The round that was to come doesn't. */
  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private async round(): Promise<void> {
    const { member, rules, exchanges, parameters } = this.ring;
    const outcome = await exchanges.run(() => rules.stabilize(member), !rules.runsOneAtATime);
    if (member.phase !== 'member') return;
    outcome?.ref.tell.notify(member.self);
    this.count++;
    if (parameters.fixesFingers) await this.fixFinger();
  }

  private async fixFinger(): Promise<void> {
    const { member, lookups } = this.ring;
    const { fingers, successor, self } = member;
    const index = fingers.nextToRefresh(successor.id === self.id ? undefined : successor);
    if (index === undefined) return;
    const start = fingers.startOf(index);
    const outcome = await lookups.follow(start, lookups.route(start, []));
    if (!('failed' in outcome)) fingers.set(index, outcome.owner);
  }
}
