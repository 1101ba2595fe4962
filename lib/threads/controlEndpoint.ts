// A message port as Comlink takes it. The port's own `addEventListener` would do, but the first event it makes has Node
// load all of its web interfaces, fetch among them: memory and time of each thread that nothing here has a use for.
import type { MessagePort } from 'node:worker_threads';
import type { Endpoint } from 'comlink';

type Listen = (message: unknown) => void;
interface MessageListener {
  handleEvent(event: { readonly data: unknown }): void;
}

/** This side's end of a control connection. Listening keeps the thread alive until `port` is unref'd. */
export function controlEndpoint(port: MessagePort): Endpoint {
  const listening = new Map<Listen | MessageListener, Listen>();
  return {
    postMessage: (message: unknown, transfer = []) => port.postMessage(message, transfer as never),
    addEventListener(_type: string, listener: Listen | MessageListener) {
      const listen: Listen = (data) => {
        if (typeof listener === 'function') listener({ data });
        else listener.handleEvent({ data });
      };
      listening.set(listener, listen);
      port.on('message', listen);
    },
    removeEventListener(_type: string, listener: Listen | MessageListener) {
      const listen = listening.get(listener);
      if (listen !== undefined) port.off('message', listen);
      listening.delete(listener);
    },
  } as Endpoint;
}
