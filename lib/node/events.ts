// The event stream of a node: whoever listens hears it in order.
import type { EventListener, SystemEvent } from '../protocol/events.ts';

export class EventStream {
  private readonly listeners = new Set<EventListener>();

  /** Listens until the returned function is called. */
  on(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Whether the events of ordinary life (`started`, `stopped`) are made at all. Those that report trouble
   * always are.
   */
  observed = false;

  emit(event: SystemEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        // A broken listener must not break the actor that did something worth an event.
        console.error('an event listener threw:', error);
      }
    }
  }
}
