// Which actor has which name. Pure bookkeeping, apart from the registry that watches the actors.
import {
  type ActorPlace,
  type AgentId,
  type Claim,
  type ClaimReply,
  idOf,
  type Key,
  type LookupReply,
  textOf,
} from './messages.ts';

/** A name whose actor is being started. */
interface Starting {
  readonly fingerprint: number;
  readonly claim: Claim;
  /** Lookups that wait for the end of the start. */
  readonly waiting: ((reply: LookupReply) => void)[];
}

/** A name whose actor runs. */
interface Living {
  readonly fingerprint: number;
  readonly actor: ActorPlace;
}

export class Names {
  private readonly starting = new Map<string, Starting>();
  private readonly living = new Map<string, Living>();

  /** Gives the name to the claimer, unless it is taken. */
  claim(key: Key, claim: Claim): ClaimReply {
    const text = textOf(key);
    const living = this.living.get(text);
    const known = living ?? this.starting.get(text);
    if (known === undefined) {
      this.starting.set(text, { fingerprint: key.fingerprint, claim, waiting: [] });
      return 'granted';
    }
    if (known.fingerprint !== key.fingerprint) return 'conflict';
    return living?.actor ?? 'starting';
  }

  /** The claimer's actor runs. False: the claim isn't held any more. */
  confirm(key: Key, claim: Claim, actor: ActorPlace): boolean {
    const start = this.take(textOf(key), claim);
    if (start === undefined) return false;
    this.living.set(textOf(key), { fingerprint: start.fingerprint, actor });
    for (const answer of start.waiting) answer(actor);
    return true;
  }

  /** The claimer's actor doesn't start after all. */
  release(key: Key, claim: Claim): void {
    this.fail(this.take(textOf(key), claim));
  }

  /** A node is gone, and with it the starts that it had begun. */
  releaseAllOf(agent: AgentId): void {
    for (const [text, { claim }] of this.starting) {
      if (idOf(claim.agent) === idOf(agent)) this.fail(this.take(text, claim));
    }
  }

  /** The actor of that name; of one that is being started, when that is over. */
  lookup(key: Key): LookupReply | Promise<LookupReply> {
    const text = textOf(key);
    const living = this.living.get(text);
    const start = this.starting.get(text);
    const known = living ?? start;
    if (known !== undefined && known.fingerprint !== key.fingerprint) return 'conflict';
    if (start !== undefined) return new Promise((resolve) => start.waiting.push(resolve));
    return living?.actor ?? 'none';
  }

  /** The actor of that name has stopped. */
  free(text: string): void {
    this.living.delete(text);
  }

  private take(text: string, claim: Claim): Starting | undefined {
    const start = this.starting.get(text);
    if (start === undefined || !isSame(start.claim, claim)) return undefined;
    this.starting.delete(text);
    return start;
  }

  private fail(start: Starting | undefined): void {
    for (const answer of start?.waiting ?? []) answer('none');
  }
}

function isSame(one: Claim, other: Claim): boolean {
  return one.number === other.number && idOf(one.agent) === idOf(other.agent);
}
