// Small rings for tests: identifiers of a few bits, and nodes that are nothing but their place.
import * as fc from 'fast-check';
import type { Peer } from '../../../actors/chord/messages.ts';

/** Points of a ring of 256. */
export const point = fc.integer({ min: 0, max: 255 }).map(hex);

export function hex(value: number): string {
  return (((value % 256) + 256) % 256).toString(16).padStart(2, '0');
}

/** How far it is clockwise: what the questions about intervals are checked against. */
export function distance(from: string, to: string): number {
  return (Number.parseInt(to, 16) - Number.parseInt(from, 16) + 256) % 256;
}

/** A node that can't be talked to. */
export function peerAt(id: string): Peer {
  return { id, host: '', ref: undefined as unknown as Peer['ref'] };
}

export function peersAt(...ids: string[]): Peer[] {
  return ids.map(peerAt);
}

export function idsOf(peers: readonly Peer[]): string[] {
  return peers.map(({ id }) => id);
}
