// Every event on Node's diagnostics_channel too, as `thrum:<type>`: for tools that know of no system, such as
// an APM agent loaded before the app.
import { type Channel, channel } from 'node:diagnostics_channel';
import type { EventListener, SystemEvent } from '../protocol/events.ts';
import type { System } from './system.ts';

/** What subscribers of a `thrum:…` channel get. */
export interface ChannelMessage {
  readonly system: System;
  readonly event: SystemEvent;
}

const channels = new Map<string, Channel>();

function channelOf(type: SystemEvent['type']): Channel {
  let known = channels.get(type);
  if (known === undefined) {
    known = channel(`thrum:${type}`);
    channels.set(type, known);
  }
  return known;
}

/** Publishes what it hears: on the host thread, whichever node it comes from. */
export function publisher(system: System): EventListener {
  return (event) => {
    const target = channelOf(event.type);
    if (target.hasSubscribers) target.publish({ system, event } satisfies ChannelMessage);
  };
}

/** Whether somebody wants the events of ordinary life, which aren't made otherwise. */
export function lifeIsWatched(): boolean {
  return channelOf('started').hasSubscribers || channelOf('stopped').hasSubscribers;
}
