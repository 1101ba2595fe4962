// What happens in a system, as one union: logs, tools and tests read these.
import type { NodeId } from './ref.ts';
import type { Directive } from './supervision.ts';

/** Why an actor is no more. */
export type StopReason =
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly error: Error }
  | { readonly type: 'nodeDown'; readonly error: Error }
  | { readonly type: 'unknown' };

/**
 * Why a message had no receiver. `notStored`: it was to be logged, and may be in the log or not, since writing failed.
 */
export type DeadLetterReason =
  | 'stopped'
  | 'mailboxFull'
  | 'dropped'
  | 'nodeDown'
  | 'corrupt'
  | 'closed'
  | 'notStored';

/** How important a log entry is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How a system was closed. */
export interface CloseReport {
  /** Every actor had stopped in time. */
  readonly stopped: boolean;
  /** Nothing waited any more when actors were told to stop; always false where no drain was asked for. */
  readonly drained: boolean;
  /** Paths of the actors that hadn't stopped, on nodes that could still say so; 10,000 at most. */
  readonly left: readonly string[];
  /** Nodes that didn't answer any more: what was left on them isn't known. Their threads were ended. */
  readonly silentNodes: readonly NodeId[];
  /** Nodes that died by themselves while the system closed. */
  readonly deadNodes: readonly NodeId[];
  readonly elapsedMs: number;
}

/** Something that happened. `node` is where, `actor` the path of the actor concerned. */
export type SystemEvent =
  | { readonly type: 'started'; readonly node: NodeId; readonly actor: string }
  | {
      /** A handler, timer, watch callback, `onStop` callback, `supervision.onFailure` or a restart's `create` threw. */
      readonly type: 'failed';
      readonly node: NodeId;
      readonly actor: string;
      /** Which message or callback failed. */
      readonly during: string;
      readonly error: Error;
      /** What follows. `none`: the actor stops or restarts anyway. */
      readonly directive: Directive | 'none';
    }
  | {
      /** The actor has begun again. */
      readonly type: 'restarted';
      readonly node: NodeId;
      readonly actor: string;
    }
  | {
      /** The actor's node had died; it has begun again on this one. */
      readonly type: 'relocated';
      readonly node: NodeId;
      readonly actor: string;
      readonly from: NodeId;
    }
  | { readonly type: 'stopped'; readonly node: NodeId; readonly actor: string; readonly reason: StopReason }
  | {
      readonly type: 'deadLetter';
      readonly node: NodeId;
      readonly actor: string;
      readonly message: string;
      readonly reason: DeadLetterReason;
      /** How many messages this event stands for. */
      readonly count: number;
    }
  | {
      /** An actor held its node for longer than the system's `slowHandlerMs`; at most one a second for each definition. */
      readonly type: 'slowHandler';
      readonly node: NodeId;
      readonly actor: string;
      /** The message it handled last in that time: where `messages` is 1, the slow one. */
      readonly during: string;
      /** How many messages it handled in that time, in one batch; 0 for a timer or another callback. */
      readonly messages: number;
      /** How long that took. What a handler does after its first `await` isn't in it. */
      readonly ms: number;
      /** How often it happened to actors of this definition on this node since the last such event, this one included. */
      readonly count: number;
    }
  | {
      /** A mailbox is an eighth full, and its actor pushes back until it is down to a sixteenth; at most one a second each. */
      readonly type: 'overflow';
      readonly node: NodeId;
      readonly actor: string;
      /** Messages in its mailbox. */
      readonly waiting: number;
      readonly capacity: number;
    }
  | {
      /** A tell by a ref returned false for the first time: its target, or the way there, takes no more for now. */
      readonly type: 'tellRefused';
      /** The sender's node. */
      readonly node: NodeId;
      /** The target. */
      readonly actor: string;
      readonly message: string;
    }
  | {
      readonly type: 'log';
      readonly node: NodeId;
      readonly actor: string;
      readonly level: LogLevel;
      readonly text: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    }
  | {
      /** The node's event loop has had no turn for `forMs`: something on its thread runs, or waits, without end. */
      readonly type: 'nodeUnresponsive';
      readonly node: NodeId;
      /** How long, in milliseconds that the host had time to see. */
      readonly forMs: number;
      /** Path of the actor whose turn it is, where the node can tell. */
      readonly actor: string | undefined;
      /** The message that it handles, or `a callback`. */
      readonly during: string | undefined;
      /** Lines of the node's stack, the innermost call first; none when V8 didn't answer. */
      readonly stack: string | undefined;
      /** It is being ended; `nodeDown` follows. */
      readonly killed: boolean;
    }
  | {
      /** A node that was reported as unresponsive is back. */
      readonly type: 'nodeResponsive';
      readonly node: NodeId;
      readonly forMs: number;
    }
  | { readonly type: 'nodeUp'; readonly node: NodeId }
  | { readonly type: 'nodeDown'; readonly node: NodeId; readonly error: Error | undefined }
  | {
      /** The system has closed: the last event there is. */
      readonly type: 'closed';
      readonly node: NodeId;
      readonly report: CloseReport;
    };

/** Receives events. A listener that throws is dropped from nothing: its error goes to the console. */
export type EventListener = (event: SystemEvent) => void;
