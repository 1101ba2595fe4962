// Latency-induced probation (Dean and Barroso 2013): a member that has become slow is left out of the rotation. It gets
// copies of asks that others answer, to see when it is as fast as they are again.
import type { MessageEntry } from '../wire/protocolTable.ts';
import type { Settings } from './options.ts';
import type { Member, Roster } from './roster.ts';
import { RunningPercentile } from './runningPercentile.ts';

/** So many asks of a member are looked at, and as many of a message before there is anything usual. */
const window = 16;
const usualLeast = 32;
const shadowTimeoutMs = 5000;

/** What a member on probation has done since. */
interface Trial {
  lastShadowAt: number;
  isOpen: boolean;
  fastInARow: number;
}

export class Probation {
  private readonly settings: NonNullable<Settings['probation']>;
  private readonly roster: Roster;
  private readonly now: () => number;
  /** What is usual for each message, by its index. */
  private readonly usual: RunningPercentile[] = [];
  private readonly trials = new Map<Member, Trial>();
  shadows = 0;

  constructor(settings: NonNullable<Settings['probation']>, roster: Roster, now: () => number) {
    this.settings = settings;
    this.roster = roster;
    this.now = now;
  }

  /** How many members are on probation. */
  get count(): number {
    return this.trials.size;
  }

  /** An ask of a member has settled after `ms`. */
  took({ index }: MessageEntry, member: Member, ms: number): void {
    if (member.onProbation) return;
    const usual = this.usualOf(index);
    usual.add(ms);
    if (usual.count < usualLeast) return;
    const { slowness } = member;
    slowness.push(ms / usual.ms);
    if (slowness.length > window) slowness.shift();
    if (slowness.length === window && this.isSlow(slowness) && this.hasRoom()) this.begin(member);
  }

  /** An ask is on its way to others: those on probation may get it too. */
  shadow(entry: MessageEntry, message: unknown): void {
    if (this.trials.size === 0 || !this.settings.messages.includes(entry.name)) return;
    const now = this.now();
    for (const [member, trial] of this.trials) {
      if (this.roster.slots[member.slot] !== member) this.trials.delete(member);
      else if (!trial.isOpen && now - trial.lastShadowAt >= this.settings.shadowEveryMs) {
        this.send(member, trial, entry, message);
      }
    }
  }

  private send(member: Member, trial: Trial, entry: MessageEntry, message: unknown): void {
    const { ref } = member;
    const { copies } = ref.sender;
    const startedAt = this.now();
    const copy = copies.ask(ref, copies.keep(ref, entry, message), shadowTimeoutMs);
    trial.isOpen = true;
    trial.lastShadowAt = startedAt;
    this.shadows++;
    const done = (): void => {
      trial.isOpen = false;
      this.judge(member, trial, (this.now() - startedAt) / this.usualOf(entry.index).ms);
    };
    copy.reply.then(done, done);
  }

  private judge(member: Member, trial: Trial, slowness: number): void {
    trial.fastInARow = slowness <= this.settings.factor ? trial.fastInARow + 1 : 0;
    if (trial.fastInARow < this.settings.recovered || !this.trials.delete(member)) return;
    member.slowness.length = 0;
    this.roster.setProbation(member, false);
  }

  private begin(member: Member): void {
    this.trials.set(member, { lastShadowAt: this.now(), isOpen: false, fastInARow: 0 });
    this.roster.setProbation(member, true);
  }

  private isSlow(slowness: readonly number[]): boolean {
    return [...slowness].sort((a, b) => a - b)[window / 2]! > this.settings.factor;
  }

  /** Whether one more may be left out. */
  private hasRoom(): boolean {
    for (const member of this.trials.keys()) {
      if (this.roster.slots[member.slot] !== member) this.trials.delete(member);
    }
    return this.trials.size + 1 <= this.roster.size * this.settings.shareMax;
  }

  private usualOf(index: number): RunningPercentile {
    this.usual[index] ??= new RunningPercentile(50);
    return this.usual[index]!;
  }
}
