// What a probe's methods take and give, from its protocol.
import type * as z from 'zod';
import type { Ask, Tell } from '../protocol/message.ts';

/** The names of a protocol's messages. */
export type MessageName<P> = keyof P & string;

/** The names of those that are answered. */
export type AskName<P> = { [Name in MessageName<P>]: P[Name] extends Ask ? Name : never }[MessageName<P>];

type SchemaOf<Message> = Message extends Ask<infer Schema> | Tell<infer Schema> ? Schema : never;

/** What a message carries when it is sent. */
export type Sent<P, Name extends MessageName<P>> = z.input<SchemaOf<P[Name]>>;

/** What its receiver gets. */
export type Arrived<P, Name extends MessageName<P>> = z.output<SchemaOf<P[Name]>>;

/** What a handler may answer to an ask. */
export type Reply<P, Name extends AskName<P>> =
  P[Name] extends Ask<z.ZodType, infer Schema> ? z.input<Schema> : never;

/** How long an expectation waits. */
export interface ExpectOptions {
  /** Milliseconds of real time, with the manual clock too; default: the system's `expectWithinMs`. */
  timeoutMs?: number;
}

/** A message's name, what it carries (left out where it may be undefined), options. */
export type ExpectArguments<Value> = undefined extends Value
  ? [message?: Value, options?: ExpectOptions]
  : [message: Value, options?: ExpectOptions];

/** A message that a probe has got. */
export type Received<P, Name extends MessageName<P> = MessageName<P>> = {
  [Each in Name]: {
    readonly name: Each;
    readonly message: Arrived<P, Each>;
  } & (P[Each] extends Ask
    ? {
        /** Answers the ask. */
        reply(value: Reply<P, Each & AskName<P>>): void;
        /** Rejects the ask with `error`. */
        fail(error: Error): void;
      }
    : unknown);
}[Name];
