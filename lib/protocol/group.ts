// A group of actors under one name: who is in it, and who wants to know.
import type { AskOptions, Ref } from './ref.ts';

/**
 * Actors of one definition that have joined under one name, on whichever nodes they live. Made by `system.group`
 * and `ctx.group`; a handle costs nothing, and neither does a group that nobody is in or watches. The semantics
 * follow the process groups of Erlang/OTP (`pg`), without its eventual consistency: one registry keeps them.
 *
 * Every promise here rejects with `SystemClosedError`, `AskTimeoutError`, or `DefinitionConflictError` when the
 * definition's protocol differs from the one that the group's members have.
 */
export interface Group<P = unknown> {
  /** The name given to `group`. */
  readonly name: string;
  /**
   * Adds an actor; resolves when every `members()` from then on has it. An actor that is a member already keeps
   * its place. It leaves by itself when it is gone for good: it stops, or its node dies and it begins again nowhere.
   *
   * @throws `InvalidOptionError` for a ref that doesn't speak the group's protocol
   */
  join(ref: Ref<P>): Promise<void>;
  /** Takes an actor out, if it is in; resolves when `members()` doesn't have it any more. */
  leave(ref: Ref<P>): Promise<void>;
  /** The members in the order they joined. One that has just stopped may still be among them. */
  members(options?: AskOptions): Promise<Ref<P>[]>;
  /**
   * Calls `fn` with the present members as soon as they are known, and again after changes, until the returned
   * function is called. Changes that come in a burst may be reported together; states come in order, and the last
   * one always comes. `members` is shared between watchers: copy it before you change it.
   *
   * On a context `fn` runs as a turn of the actor and ends with its behaviour; one that throws fails the actor. On
   * the system it runs on the host, and what it throws goes to the console.
   */
  watch(fn: (members: readonly Ref<P>[]) => unknown): () => void;
}
