// A node's side of the ring: what its joining and its rounds work with.
import type { Context } from '../../../lib/index.ts';
import type { Lookups } from '../lookup/lookups.ts';
import type { ChordProtocol } from '../messages.ts';
import type { ChordParameters } from '../parameters.ts';
import type { Rules } from './exchange.ts';
import type { Exchanges } from './exchanges.ts';
import type { Member } from './member.ts';

export interface NodeRing {
  readonly ctx: Context<typeof ChordProtocol>;
  readonly member: Member;
  readonly rules: Rules;
  readonly exchanges: Exchanges;
  readonly lookups: Lookups;
  readonly parameters: ChordParameters;
}
