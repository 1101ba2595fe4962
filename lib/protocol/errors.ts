// Every error a user of the runtime can meet: a class each, a code each, and a message that says what to do.

/** The base of all errors of this library. */
export class ThrumError extends Error {
  /** Stable machine-readable code, `ERR_THRUM_…`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** One thing a schema found wrong: where, and what. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
}

/** A message, an argument or a reply doesn't fit its schema. `issues` are zod's. */
export class InvalidMessageError extends ThrumError {
  readonly issues: readonly Issue[];

  constructor(what: string, issues: readonly Issue[]) {
    super('ERR_THRUM_INVALID_MESSAGE', misfit(what, issues));
    this.issues = issues;
  }
}

/** An actor answered an ask with something its protocol doesn't allow: a fault of the actor, not the asker. */
export class InvalidReplyError extends ThrumError {
  readonly issues: readonly Issue[];

  constructor(what: string, issues: readonly Issue[]) {
    super('ERR_THRUM_INVALID_REPLY', `${what} doesn't fit its schema:\n${issues.map(describe).join('\n')}`);
    this.issues = issues;
  }
}

function misfit(what: string, issues: readonly Issue[]): string {
  const verb = what.startsWith('the arguments') ? "don't fit their" : "doesn't fit its";
  return `${what} ${verb} schema:\n${issues.map(describe).join('\n')}`;
}

function describe(issue: Issue): string {
  const path = issue.path.map(String).join('.');
  return `  ${path === '' ? '' : `at ${path}: `}${issue.message}`;
}

/** A schema can't be carried between actors (or a value that it lets through can't). */
export class UnsupportedSchemaError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_UNSUPPORTED_SCHEMA', message);
  }
}

/** A value that its schema accepts can't be copied to another actor: a function, a class instance, a cycle. */
export class UncloneableValueError extends ThrumError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_THRUM_UNCLONEABLE_VALUE', message, options);
  }
}

/** A message is larger, deeper or longer than the limits allow. */
export class MessageLimitError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_MESSAGE_LIMIT', message);
  }
}

/** Bytes that arrived aren't a message of this protocol. */
export class CorruptMessageError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_CORRUPT_MESSAGE', `corrupt message: ${message}`);
  }
}

/** An ask had no reply in time. The handler may still be running, or may never have seen the message. */
export class AskTimeoutError extends ThrumError {
  constructor(path: string, message: string, timeoutMs: number) {
    super(
      'ERR_THRUM_ASK_TIMEOUT',
      `${path} didn't answer '${message}' within ${timeoutMs} ms (raise it with { timeoutMs })`,
    );
  }
}

/** The asked actor has stopped, or stopped before it answered. */
export class ActorStoppedError extends ThrumError {
  constructor(path: string, message?: string) {
    super(
      'ERR_THRUM_ACTOR_STOPPED',
      message === undefined ? `${path} has stopped` : `${path} has stopped: '${message}' was not answered`,
    );
  }
}

/** The asked actor failed and was restarted before it answered: a concurrent ask of its former self. */
export class ActorRestartedError extends ThrumError {
  constructor(path: string, message?: string) {
    super(
      'ERR_THRUM_ACTOR_RESTARTED',
      message === undefined
        ? `${path} was restarted`
        : `${path} was restarted: '${message}' was not answered; ask again`,
    );
  }
}

/** An actor failed more often than its supervision allows. `cause` is its last error. */
export class RestartLimitError extends ThrumError {
  constructor(path: string, restartsMax: number, withinMs: number, cause: Error) {
    super(
      'ERR_THRUM_RESTART_LIMIT',
      `${path} failed again after ${restartsMax} restarts within ${withinMs} ms: ${cause.message}`,
      { cause },
    );
  }
}

/** More messages were put aside than fit: `stash()` holds as many as the mailbox. */
export class StashFullError extends ThrumError {
  constructor(path: string, capacity: number) {
    super(
      'ERR_THRUM_STASH_FULL',
      `the stash of ${path} is full (${room(capacity)}): call unstashAll() earlier, or raise mailbox.capacity`,
    );
  }
}

/** The node (thread) an actor lived on has died. `cause` is the error that killed it, where there was one. */
export class NodeDownError extends ThrumError {
  readonly node: number;

  constructor(node: number, message: string, options?: ErrorOptions) {
    super('ERR_THRUM_NODE_DOWN', message, options);
    this.node = node;
  }
}

/** A worker thread didn't become a node of its system. `cause` is the error it ended with, where there was one. */
export class NodeStartError extends ThrumError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_THRUM_NODE_START', message, options);
  }
}

/** A node's event loop had no turn for too long, and the system was told to end such nodes. */
export class NodeUnresponsiveError extends ThrumError {
  readonly node: number;
  /** Path of the actor that held it, where that is known. */
  readonly actor: string | undefined;
  readonly forMs: number;

  constructor(node: number, actor: string | undefined, during: string | undefined, forMs: number) {
    const held = actor === undefined ? '' : ` in ${during === undefined ? '' : `'${during}' of `}${actor}`;
    super(
      'ERR_THRUM_NODE_UNRESPONSIVE',
      `node ${node} was stuck for ${forMs} ms${held} and was ended (see createSystem's \`unresponsive\`)`,
    );
    this.node = node;
    this.actor = actor;
    this.forMs = forMs;
  }
}

/** A node was ended since its heap was nearly full: at V8's own limit the whole process could abort. */
export class HeapLimitError extends ThrumError {
  readonly node: number;
  readonly usedBytes: number;
  readonly limitBytes: number;

  constructor(node: number, usedBytes: number, limitBytes: number) {
    const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
    super(
      'ERR_THRUM_HEAP_LIMIT',
      `node ${node} was ended before V8's heap limit: ${mb(usedBytes)} of ${mb(limitBytes)} MB are in use (keep less, spread it over more nodes, or raise createSystem's \`heap.limitBytes\`)`,
    );
    this.node = node;
    this.usedBytes = usedBytes;
    this.limitBytes = limitBytes;
  }
}

/** The mailbox of the asked actor was full. */
export class MailboxFullError extends ThrumError {
  constructor(path: string, message: string, capacity: number) {
    super(
      'ERR_THRUM_MAILBOX_FULL',
      `the mailbox of ${path} is full (${room(capacity)}): '${message}' was not accepted; slow down, or raise mailbox.capacity`,
    );
  }
}

/** An actor asked itself: it would wait for itself until the timeout. */
export class SelfAskError extends ThrumError {
  constructor(path: string, message: string) {
    super(
      'ERR_THRUM_SELF_ASK',
      `${path} asks itself '${message}' and would wait for itself: call the function directly, tell instead, or declare the ask { concurrent: true }`,
    );
  }
}

/** A behaviour doesn't have exactly the handlers that its protocol names. */
export class HandlerMismatchError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_HANDLER_MISMATCH', message);
  }
}

/** A node couldn't find a definition by its name. */
export class DefinitionNotFoundError extends ThrumError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_THRUM_DEFINITION_NOT_FOUND', message, options);
  }
}

/** Two different definitions have one name, or two threads have different protocols under one name. */
export class DefinitionConflictError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_DEFINITION_CONFLICT', message);
  }
}

/** An actor of that definition has the name already. */
export class NameTakenError extends ThrumError {
  readonly definition: string;
  readonly takenName: string;

  /** `holder`: the path of the actor that has it, where it runs already. */
  constructor(definition: string, takenName: string, holder: string | undefined) {
    super(
      'ERR_THRUM_NAME_TAKEN',
      `the name '${takenName}' of '${definition}' is taken by ${holder ?? 'an actor that is just starting'}: find it with lookup(definition, '${takenName}'), or use lookupOrSpawn, which starts an actor only where none has the name`,
    );
    this.definition = definition;
    this.takenName = takenName;
  }
}

/** `on` names a node that isn't there, or options that make no sense. */
export class InvalidOptionError extends ThrumError {
  constructor(message: string) {
    super('ERR_THRUM_INVALID_OPTION', message);
  }
}

/** A task had no result in time; it has been aborted. */
export class TaskTimeoutError extends ThrumError {
  constructor(task: string, timeoutMs: number) {
    super(
      'ERR_THRUM_TASK_TIMEOUT',
      `task '${task}' had no result within ${timeoutMs} ms, the wait for a free thread included (raise { timeoutMs }, or createSystem's \`tasks.threads\` where many wait)`,
    );
  }
}

/** As many tasks wait for a thread as may. */
export class TaskQueueFullError extends ThrumError {
  constructor(task: string, waitingMax: number) {
    super(
      'ERR_THRUM_TASK_QUEUE_FULL',
      `task '${task}' was not accepted: ${waitingMax} wait for a free thread already (run fewer at a time, or raise createSystem's \`tasks.waitingMax\` or \`tasks.threads\`)`,
    );
  }
}

/** The thread that ran a task ended before it had a result. `cause` is the error that ended it, where there was one. */
export class TaskThreadError extends ThrumError {
  constructor(task: string, why: string, options?: ErrorOptions) {
    super('ERR_THRUM_TASK_THREAD', `task '${task}' has no result: ${why}`, options);
  }
}

/** A task gave back something its `out` schema doesn't allow: a fault of the task, not of the caller. */
export class InvalidResultError extends ThrumError {
  readonly issues: readonly Issue[];

  constructor(task: string, issues: readonly Issue[]) {
    super(
      'ERR_THRUM_INVALID_RESULT',
      `the result of task '${task}' doesn't fit its schema:\n${issues.map(describe).join('\n')}`,
    );
    this.issues = issues;
  }
}

/** A resource couldn't be opened. `cause` is what `open` threw. */
export class ResourceOpenError extends ThrumError {
  readonly resource: string;
  readonly node: number;
  /** How often in a row it has failed on this node. */
  readonly failures: number;
  /** Milliseconds, from the failure on, before which it isn't tried again. */
  readonly retryInMs: number;

  constructor(resource: string, node: number, failures: number, retryInMs: number, cause: Error) {
    super(
      'ERR_THRUM_RESOURCE_OPEN',
      `resource '${resource}' can't be opened on node ${node} (failure ${failures} in a row, tried again from ${Math.round(retryInMs)} ms on): ${cause.message}`,
      { cause },
    );
    this.resource = resource;
    this.node = node;
    this.failures = failures;
    this.retryInMs = retryInMs;
  }
}

/** A resource is replaced by something that can't be had on this node, or stands on itself. */
export class ResourceUnavailableError extends ThrumError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_THRUM_RESOURCE_UNAVAILABLE', message, options);
  }
}

/** Fewer actors of a pool answered than were needed. `failures` says what became of the others. */
export class NotEnoughRepliesError extends ThrumError {
  readonly replies: number;
  readonly needed: number;
  readonly failures: readonly Error[];

  constructor(message: string, replies: number, needed: number, failures: readonly Error[]) {
    super(
      'ERR_THRUM_NOT_ENOUGH_REPLIES',
      `'${message}' had ${replies} replies where ${needed} are needed${failures.length > 0 ? `: ${failures[0]!.message}` : ''} (settle for less with { share } or { first })`,
      { cause: failures[0] },
    );
    this.replies = replies;
    this.needed = needed;
    this.failures = failures;
  }
}

/** A canary failed: the others were never asked. `cause` is its error. */
export class CanaryFailedError extends ThrumError {
  constructor(path: string, message: string, cause: Error) {
    super(
      'ERR_THRUM_CANARY_FAILED',
      `the canary ${path} failed at '${message}', so nobody else was asked: ${cause.message}`,
      { cause },
    );
  }
}

/** The system is closed or closing. */
export class SystemClosedError extends ThrumError {
  constructor(what: string) {
    super('ERR_THRUM_SYSTEM_CLOSED', `${what}: the system is closed`);
  }
}

/**
 * What is wrong with a store.
 * - `unavailable`: the actor has no name, or the system no store: it never had one.
 * - `full`: the disk is.
 * - `corrupt`: what is on disk isn't what was written.
 * - `tooLarge`: a key or value is above the limits.
 * - `fenced`: somebody else has opened it since, and writes now.
 * - `locked`: another system has the directory open.
 * - `incompatible`: it was written by another version of the definition, or of the library.
 * - `closed`: the behaviour, the actor or the system has ended.
 * - `io`: the disk, the file system or the database failed; `cause` says how.
 */
export type StoreErrorKind =
  | 'unavailable'
  | 'full'
  | 'corrupt'
  | 'tooLarge'
  | 'fenced'
  | 'locked'
  | 'incompatible'
  | 'closed'
  | 'io';

/** Something can't be stored, or read. */
export class StoreError extends ThrumError {
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(
      `ERR_THRUM_STORE_${kind.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
      message,
      options,
    );
    this.kind = kind;
  }
}

/** The way to a ref that another context lends is closed: there is nobody to answer. */
export class RemoteClosedError extends ThrumError {
  constructor(why: string) {
    super('ERR_THRUM_REMOTE_CLOSED', `the remote ref is closed: ${why}`);
  }
}

/** A context that a ref is lent to has too many calls open. */
export class RemoteCallLimitError extends ThrumError {
  constructor(path: string, message: string, callsMax: number) {
    super(
      'ERR_THRUM_REMOTE_CALL_LIMIT',
      `'${message}' to ${path} was not sent: ${callsMax} calls through this endpoint are open (wait for some, or raise exposeRef's \`callsMax\`)`,
    );
  }
}

/** An error of a class this thread doesn't know; name, message, code, stacks and cause are the original's. */
export class RemoteError extends Error {
  readonly code: unknown;
}

function room(messages: number): string {
  return messages === 1 ? '1 message' : `${messages} messages`;
}

/** A class of errors, as listed in a definition's `errors`. */
// biome-ignore lint/suspicious/noExplicitAny: a constructor's parameters can't be matched otherwise
export type ErrorClass = abstract new (...args: any[]) => Error;
