// The other end of a conversation with a foreign context, whatever kind of object it is: a browser's or Node's
// MessagePort, a Worker, a window as Comlink wraps it, Electron's MessagePortMain.

/**
 * Where messages to and from another context go: anything with `postMessage` and either `addEventListener`
 * (MessagePort, a web Worker, Comlink's `windowEndpoint`, Node's `parentPort`) or `on` (Node's Worker, Electron's
 * MessagePortMain).
 */
export interface RemoteEndpoint {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  addEventListener?(type: string, listener: (event: unknown) => void): void;
  removeEventListener?(type: string, listener: (event: unknown) => void): void;
  on?(type: string, listener: (value: unknown) => void): unknown;
  off?(type: string, listener: (value: unknown) => void): unknown;
  /** Begins the delivery of messages, where that has to be asked for. */
  start?(): void;
}

/** What an endpoint tells. */
export interface Listener {
  /** `origin`: of a window's message, else an empty string. */
  message(data: unknown, origin: string): void;
  /** The other side is gone: nothing more comes. Not every kind of endpoint can tell. */
  closed(): void;
}

/** The same interface for every kind of endpoint. */
export interface Line {
  post(message: unknown, transfer: readonly unknown[]): void;
  /** Stops listening. The endpoint stays open: it is its owner's, who may use it for other things too. */
  close(): void;
}

interface MessageLike {
  readonly data?: unknown;
  readonly ports?: unknown;
  readonly origin?: unknown;
}

/** Which of their events mean that nobody is there any more: a port's, and a Worker's or process's. */
const endings = ['close', 'exit'] as const;

/** @throws TypeError for what is no endpoint */
export function openLine(endpoint: RemoteEndpoint, listener: Listener): Line {
  const hear = listening(endpoint);
  let open = true;
  const onMessage = (value: unknown): void => {
    const event = hear.isEvent(value) ? value : { data: value };
    listener.message(event.data, typeof event.origin === 'string' ? event.origin : '');
  };
  const onEnd = (): void => {
    if (!open) return;
    stop();
    listener.closed();
  };
  const stop = (): void => {
    open = false;
    hear.remove('message', onMessage);
    for (const ending of endings) hear.remove(ending, onEnd);
  };
  hear.add('message', onMessage);
  for (const ending of endings) hear.add(ending, onEnd);
  endpoint.start?.();
  return {
    post: (message, transfer) => endpoint.postMessage(message, transfer),
    close() {
      if (open) stop();
    },
  };
}

interface Hearing {
  add(type: string, listener: (value: unknown) => void): void;
  remove(type: string, listener: (value: unknown) => void): void;
  /** Whether what a listener is given is an event, with the message as its `data`, or the message itself. */
  isEvent(value: unknown): value is MessageLike;
}

function listening(endpoint: RemoteEndpoint): Hearing {
  if (typeof endpoint?.postMessage === 'function') {
    if (typeof endpoint.addEventListener === 'function') {
      return {
        add: (type, listener) => endpoint.addEventListener!(type, listener),
        remove: (type, listener) => endpoint.removeEventListener?.(type, listener),
        isEvent: (value): value is MessageLike => typeof value === 'object' && value !== null,
      };
    }
    if (typeof endpoint.on === 'function') {
      return {
        add: (type, listener) => void endpoint.on!(type, listener),
        remove: (type, listener) => void endpoint.off?.(type, listener),
        isEvent: isElectronEvent,
      };
    }
  }
  throw new TypeError(
    'an endpoint has postMessage, and addEventListener or on: give a MessagePort, a Worker, or what Comlink.windowEndpoint returns',
  );
}

/** Electron's ports give an event to `on`, Node's Workers the message. None of ours has these two properties. */
function isElectronEvent(value: unknown): value is MessageLike {
  return typeof value === 'object' && value !== null && 'data' in value && 'ports' in value;
}
