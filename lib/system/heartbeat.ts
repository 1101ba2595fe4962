// Decides which nodes are stuck, from what they answered and how much time the host itself had to see. Pure: time
// and answers are handed in.
import type { NodeId } from '../protocol/ref.ts';

/** A node that is asked for signs of life. */
export interface Pulse {
  readonly nodeId: NodeId;
  /** The last question it has answered; 0 before it runs. */
  readonly alive: number;
  /** Messages its actors have handled. */
  readonly handled: number;
  ask(ping: number): void;
}

/** What a beat has found. */
export interface Finding {
  readonly type: 'unresponsive' | 'responsive';
  readonly nodeId: NodeId;
  /** How long it has been silent, in milliseconds that the host saw. */
  readonly forMs: number;
}

interface State {
  asked: number;
  handled: number;
  silentMs: number;
  reported: boolean;
}

export class Heartbeat {
  private readonly afterMs: number;
  private readonly periodMs: number;
  private readonly states = new Map<NodeId, State>();
  private lastBeat: number | undefined = undefined;

  /** Nodes are unresponsive after `afterMs` of silence; {@link beat} is called every `periodMs`. */
  constructor(afterMs: number, periodMs: number) {
    this.afterMs = afterMs;
    this.periodMs = periodMs;
  }

  /**
   * Looks at the answers to the last questions and asks the next ones. A beat that comes late counts as one period
   * and no more: what held up the host (or stopped the whole process) may have held up the nodes.
   */
  beat(now: number, pulses: readonly Pulse[]): Finding[] {
    const elapsed = Math.min(now - (this.lastBeat ?? now), this.periodMs);
    this.lastBeat = now;
    this.forgetOthersThan(pulses);
    return pulses.flatMap((pulse) => this.look(pulse, elapsed) ?? []);
  }

  private look(pulse: Pulse, elapsed: number): Finding | undefined {
    const { nodeId, alive, handled } = pulse;
    if (alive === 0) return undefined;
    const state = this.states.get(nodeId);
    if (state === undefined || alive === state.asked) return this.answered(pulse, state);
    state.silentMs += elapsed;
    // A batch of slow messages may hold the event loop for long. It has an end: the node isn't stuck.
    if (!state.reported && state.handled !== handled) state.silentMs = 0;
    state.handled = handled;
    if (state.reported || state.silentMs < this.afterMs) return undefined;
    state.reported = true;
    return { type: 'unresponsive', nodeId, forMs: Math.round(state.silentMs) };
  }

  private answered(pulse: Pulse, state: State | undefined): Finding | undefined {
    const asked = pulse.alive + 1;
    this.states.set(pulse.nodeId, { asked, handled: pulse.handled, silentMs: 0, reported: false });
    pulse.ask(asked);
    if (!state?.reported) return undefined;
    return { type: 'responsive', nodeId: pulse.nodeId, forMs: Math.round(state.silentMs) };
  }

  private forgetOthersThan(pulses: readonly Pulse[]): void {
    if (this.states.size <= pulses.length && pulses.every(({ nodeId }) => this.states.has(nodeId))) return;
    const live = new Set(pulses.map(({ nodeId }) => nodeId));
    for (const nodeId of this.states.keys()) if (!live.has(nodeId)) this.states.delete(nodeId);
  }
}
