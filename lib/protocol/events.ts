// What happens in a system, as one union: logs, tools and tests read these.
import type { NodeId } from './ref.ts';
import type { Directive } from './supervision.ts';

/** Why an actor is no more. */
export type StopReason =
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly error: Error }
  | { readonly type: 'nodeDown'; readonly error: Error }
  | { readonly type: 'unknown' };

/** Why a message had no receiver. */
export type DeadLetterReason = 'stopped' | 'mailboxFull' | 'dropped' | 'nodeDown' | 'corrupt' | 'closed';

/** How important a log entry is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Something that happened. `node` is where, `actor` the path of the actor concerned. */
export type SystemEvent =
  | { readonly type: 'started'; readonly node: NodeId; readonly actor: string }
  | {
      /** A handler, timer, watch callback, `onStop` callback or a restart's `create` threw. */
      readonly type: 'failed';
      readonly node: NodeId;
      readonly actor: string;
      /** Which message or callback failed. */
      readonly during: string;
      readonly error: Error;
      /** What follows. `none`: the actor is stopping anyway. */
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
  | { readonly type: 'nodeDown'; readonly node: NodeId; readonly error: Error | undefined };

/** Receives events. A listener that throws is dropped from nothing: its error goes to the console. */
export type EventListener = (event: SystemEvent) => void;
