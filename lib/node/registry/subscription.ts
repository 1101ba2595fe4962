// Keeps one node informed of one group. One state is on its way at a time: what changes meanwhile is told
// together, so that a burst costs its last state, and a slow node holds up nobody.
import { AskTimeoutError } from '../../protocol/errors.ts';
import type { Ref } from '../../protocol/ref.ts';
import type { AgentProtocol, GroupState, Key } from './messages.ts';

export class Subscription {
  private readonly agent: Ref<AgentProtocol>;
  private readonly key: Key;
  private readonly present: () => GroupState;
  /** The version that the node is known to have. */
  private known: number;
  private underway = false;
  private ended = false;

  /** `known`: the version that the node was given when it subscribed. */
  constructor(agent: Ref<AgentProtocol>, key: Key, present: () => GroupState, known: number) {
    this.agent = agent;
    this.key = key;
    this.present = present;
    this.known = known;
  }

  /** Tells the node of the present state, unless it has it or another one is on its way. */
  push(): void {
    if (this.underway || this.ended) return;
    const state = this.present();
    if (state.version === this.known) return;
    this.underway = true;
    this.agent.ask.changed({ key: this.key, state }).then(
      () => {
        this.known = state.version;
        this.arrived();
      },
      (error) => {
        // Lost, or too late: the node needs the last state in any case. Other errors mean that it is gone.
        if (error instanceof AskTimeoutError) this.arrived();
      },
    );
  }

  end(): void {
    this.ended = true;
  }

  private arrived(): void {
    this.underway = false;
    this.push();
  }
}
