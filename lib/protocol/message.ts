// The two kinds of message a protocol is made of: `tell` (one way) and `ask` (with a reply).
import * as z from 'zod';

/** A one-way message; `schema` says what it carries. Made by {@link tell}. */
export interface Tell<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'tell';
  readonly schema: Schema;
}

/** A message that is answered; made by {@link ask}. */
export interface Ask<Schema extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType> {
  readonly kind: 'ask';
  readonly schema: Schema;
  readonly reply: Reply;
  readonly concurrent: boolean;
}

/** A map from message name to {@link tell} or {@link ask}. The order of the names is part of the protocol. */
export type Protocol = { readonly [name: string]: Tell | Ask };

/** Options of {@link ask}. */
export interface AskDeclaration {
  /**
   * `true`: a handler that is still waiting doesn't hold the mailbox; other messages are handled meanwhile
   * and the reply comes when it comes. Default `false`: one message at a time.
   */
  concurrent?: boolean;
}

/** A one-way message that carries nothing. */
export function tell(): Tell<z.ZodVoid>;
/** A one-way message that carries what `schema` describes. */
export function tell<Schema extends z.ZodType>(schema: Schema): Tell<Schema>;
export function tell(schema: z.ZodType = z.void()): Tell {
  return { kind: 'tell', schema };
}

/**
 * A message with a reply.
 *
 * @param schema what the message carries; `z.void()` for nothing
 * @param reply what the handler answers; checked before it leaves the actor
 */
export function ask<Schema extends z.ZodType, Reply extends z.ZodType>(
  schema: Schema,
  reply: Reply,
  declaration: AskDeclaration = {},
): Ask<Schema, Reply> {
  return { kind: 'ask', schema, reply, concurrent: declaration.concurrent ?? false };
}

/**
 * The object whose methods handle a protocol's messages. A handler takes the message alone (what the schema
 * parsed it to) and may be asynchronous: it then holds the mailbox until it settles. What a tell's handler returns
 * is ignored.
 */
export type Handlers<P> = {
  [Name in keyof P]: P[Name] extends Ask<infer Schema, infer Reply>
    ? (message: z.output<Schema>) => z.input<Reply> | Promise<z.input<Reply>>
    : P[Name] extends Tell<infer Schema>
      ? (message: z.output<Schema>) => unknown
      : never;
};
