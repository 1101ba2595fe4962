// What a node and the store's thread say to each other, over one MessagePort for each node.
import { StoreError, type StoreErrorKind } from '../protocol/errors.ts';
import type { VolumeEntry, VolumeWrite } from '../protocol/storage.ts';

/** What a node asks for. `volume` is the number that `open` was answered with. */
export type Request =
  | { readonly kind: 'open'; readonly identity: string }
  | { readonly kind: 'get'; readonly volume: number; readonly key: string }
  | {
      readonly kind: 'range';
      readonly volume: number;
      readonly from: string;
      readonly to: string;
      readonly limit: number;
    }
  | { readonly kind: 'commit'; readonly volume: number; readonly writes: readonly VolumeWrite[] }
  | { readonly kind: 'close'; readonly volume: number };

/** A request with the number that its answer carries. */
export interface Call {
  readonly id: number;
  readonly request: Request;
}

/** An error as plain data. */
export interface Failure {
  readonly kind: StoreErrorKind;
  readonly message: string;
  /** Message of the error behind it. */
  readonly cause: string | undefined;
}

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

/** What `range` is answered with. */
export type RangeAnswer = readonly VolumeEntry[];

export function failureOf(error: unknown): Failure {
  const { message } = error as Error;
  if (!(error instanceof StoreError)) return { kind: 'io', message, cause: undefined };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { kind: error.kind, message, cause };
}

export function errorOf({ kind, message, cause }: Failure): StoreError {
  return new StoreError(kind, message, cause === undefined ? undefined : { cause: new Error(cause) });
}
