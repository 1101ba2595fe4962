// Actors that push back, in the log: each target once, and not many lines in a period. Whoever tells without
// looking at what tell returns learns here that messages are lost.
import type { SystemEvent } from '../protocol/events.ts';
import { Period } from './period.ts';

type TellRefused = Extract<SystemEvent, { type: 'tellRefused' }>;

const linesMax = 20;
/** So many targets are remembered; when there are more, all are forgotten and may be named again. */
const rememberedMax = 10_000;

export class PushBackLog {
  private readonly warn: (text: string, event: TellRefused) => void;
  private readonly period = new Period(() => this.flush());
  private readonly named = new Set<string>();
  private lines = 0;
  private others = 0;
  private last: TellRefused | undefined = undefined;

  constructor(warn: (text: string, event: TellRefused) => void) {
    this.warn = warn;
  }

  add(event: TellRefused): void {
    if (this.named.has(event.actor)) return;
    if (this.named.size >= rememberedMax) this.named.clear();
    this.named.add(event.actor);
    this.period.begin();
    if (this.lines < linesMax) {
      this.lines++;
      this.warn(
        `${event.actor} pushes back: tell '${event.message}' on node ${event.node} returned false, and that message is not on its way; look at what tell returns, or wait with send`,
        event,
      );
      return;
    }
    this.others++;
    this.last = event;
  }

  flush(): void {
    this.period.end();
    this.lines = 0;
    if (this.others === 0) return;
    this.warn(`and ${this.others} other actor${this.others === 1 ? '' : 's'} pushed back`, this.last!);
    this.others = 0;
  }
}
