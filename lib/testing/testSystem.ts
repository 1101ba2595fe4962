// A system for tests: the same as any other, but on one thread, with a clock and chance that the test holds, probes,
// a record of all events, and a verdict at its end.
import { replacementsOf } from '../node/resources.ts';
import { InvalidOptionError } from '../protocol/errors.ts';
import type { CloseReport } from '../protocol/events.ts';
import type { NodeId } from '../protocol/ref.ts';
import type { CloseOptions } from '../system/closing.ts';
import { SystemLog } from '../system/log.ts';
import { safetyOf } from '../system/safety.ts';
import { System, start } from '../system/system.ts';
import { threadClock } from '../threads/world.ts';
import { Activity } from './activity.ts';
import { describe } from './describe.ts';
import { CallSite, ExpectationError } from './expectation.ts';
import type { Told } from './localActorNode.ts';
import { LocalGround } from './localGround.ts';
import { ManualClock } from './manualClock.ts';
import type { Pattern } from './matching.ts';
import { checkOptions, type TestSystemOptions } from './options.ts';
import { ClockStandsStillError, watchPatience } from './patience.ts';
import { Probe, type ProbeHome } from './probe.ts';
import { type EventOf, RecordedEvents } from './recordedEvents.ts';
import { type Trouble, Verdict } from './verdict.ts';

const noneForRealMs = 100;
/** How far closing moves the manual clock at most, for handlers that sleep. */
const closingMsMax = 60_000;

/**
 * Starts a system for a test.
 *
 * @throws `InvalidOptionError`
 * @example
 * ```ts
 * const system = await createTestSystem();
 * const probe = system.probe(PaymentsProtocol);
 * const shop = await system.spawn(Shop, { payments: probe.ref });
 * shop.tell.order({ id: 1, cents: 500 });
 * await probe.expect('charge', { cents: 500 });
 * await system.clock.advance(1000);
 * await system.close(); // throws if an actor failed or a message got lost unexpectedly
 * ```
 */
export async function createTestSystem(options: TestSystemOptions = {}): Promise<TestSystem> {
  const system = new TestSystem(checkOptions(options));
  await system[start]();
  return system;
}

/** Made by {@link createTestSystem}: a `System`, for whatever takes one, and what a test needs beside it. */
export class TestSystem extends System {
  /** Everything that has happened, and `expect` to wait for it. */
  declare readonly events: RecordedEvents;
  readonly #activity: Activity;
  readonly #manual: ManualClock | undefined;
  readonly #ground: LocalGround;
  readonly #verdict: Verdict;
  readonly #home: ProbeHome;
  readonly #stopPatience: () => void;
  #probes = 0;
  #closed: Promise<CloseReport> | undefined = undefined;

  /** Use {@link createTestSystem}. */
  constructor({ clock, nodes, seed, log, resources, ...waits }: Required<TestSystemOptions>) {
    const { expectWithinMs, patienceMs, settleWithinMs } = waits;
    const replacements = replacementsOf(resources);
    const activity = new Activity();
    const manual = clock === 'manual' ? new ManualClock(() => activity.settled(settleWithinMs)) : undefined;
    const told: Told = new WeakSet();
    const ground = new LocalGround({ activity, clock: manual ?? threadClock, seed, told, replacements });
    super({
      ground: () => ground,
      threads: nodes,
      // A pool of threads would have time of its own.
      tasks: undefined,
      replacements,
      workerFactory: undefined,
      startTimeoutMs: Number.POSITIVE_INFINITY,
      store: undefined,
      ringBytesMax: 1024 * 1024,
      // With the manual clock handlers take no time at all.
      slowHandlerMs: Number.POSITIVE_INFINITY,
      observe: true,
      log: new SystemLog(log),
      safety: safetyOf({ unresponsive: false, heap: { softLimit: false } }),
      report: () => {},
    });
    this.#activity = activity;
    this.#manual = manual;
    this.#ground = ground;
    this.#home = {
      host: ground.host,
      expectWithinMs,
      settle: () => activity.settled(settleWithinMs),
      pass: (ms) => this.#pass(ms),
      noneForMs: manual === undefined ? noneForRealMs : 0,
      describe: () => describe(manual, ground.nodes),
      failed: () => {
        this.#verdict.failed = true;
      },
    };
    this.events = new RecordedEvents(this.events, this.#home);
    this.#verdict = new Verdict(this.events, told);
    this.#stopPatience = this.#watchPatience(patienceMs);
  }

  /**
   * The time of the system, in milliseconds from 0 on: `advance(ms)` and `advanceToNext()` move it.
   *
   * @throws `InvalidOptionError` when the system goes by the real clock
   */
  get clock(): ManualClock {
    if (this.#manual !== undefined) return this.#manual;
    throw new InvalidOptionError(
      "the clock is real: createTestSystem({ clock: 'manual' }) makes one to move",
    );
  }

  /**
   * A probe that speaks the protocol of a definition, or a protocol.
   *
   * @param name for messages of failed expectations; default `probe-1`, `probe-2` …
   */
  probe<T extends object>(target: T, name = `probe-${this.#probes + 1}`): Probe<T> {
    this.#probes++;
    return new Probe<T>(this.#home, target, name);
  }

  /**
   * Resolves when everything has happened that is ready to: no message is under way or waits for a turn. What waits
   * for the clock, or for something outside the system (a file, a socket), isn't waited for: await an ask or an
   * expectation for that.
   *
   * @throws `ExpectationError` when actors keep each other busy for `settleWithinMs`
   */
  async settled(): Promise<void> {
    const site = new CallSite(this.settled);
    if (await this.#home.settle()) return;
    const text = `the system doesn't settle: something happens all the time.\n${this.#home.describe()}`;
    throw site.mark(new ExpectationError(text));
  }

  /** What isn't expected may happen: events of that type that match don't fail the test. */
  allow<Type extends Trouble>(type: Type, pattern: Pattern<Omit<EventOf<Type>, 'type'>> = {} as never): void {
    this.#verdict.allow(type, pattern as object);
  }

  /**
   * Ends a node as if its thread had died: watchers are told, asks reject, supervised actors begin again elsewhere.
   *
   * @throws `InvalidOptionError` when there is no such node, or it is the host
   */
  crash(node: NodeId, why = 'the test ended it'): void {
    const handle = this.#ground.node(node);
    if (handle === undefined) {
      throw new InvalidOptionError(
        `node ${node} can't crash: those that can are ${this.nodes.slice(1).join(', ')}`,
      );
    }
    handle.end({ why, cause: undefined });
  }

  /**
   * Lets what is under way happen, stops all actors, and judges: actors that failed and dead letters that the test
   * neither expected nor allowed are an error. An error that an asker was told of is the asker's. Where an
   * expectation has failed, the test has failed with that, and nothing is told on top of it.
   *
   * @throws `UnexpectedEventsError`
   */
  override close(options: CloseOptions = {}): Promise<CloseReport> {
    const site = new CallSite(this.close);
    this.#closed ??= this.#judge(options, site);
    return this.#closed;
  }

  async #judge(options: CloseOptions, site: CallSite): Promise<CloseReport> {
    await this.#home.settle();
    this.#ground.host.reports.flush();
    this.#verdict.closing = true;
    const closing = super.close(options);
    await this.#letTimePass(closing);
    const report = await closing;
    this.#stopPatience();
    const { error } = this.#verdict;
    if (error !== undefined) throw site.mark(error);
    return report;
  }

  /** A handler that sleeps holds its actor's end: on threads time passes, here it has to be moved. */
  async #letTimePass(closing: Promise<unknown>): Promise<void> {
    const manual = this.#manual;
    // An advance that the test hasn't awaited goes on moving it.
    if (manual === undefined || manual.moving) return;
    let closed = false;
    void closing.finally(() => {
      closed = true;
    });
    await this.#home.settle();
    const until = manual.now() + closingMsMax;
    while (!closed && manual.nextAt !== undefined && manual.nextAt <= until) await manual.advanceToNext();
  }

  async #pass(ms: number): Promise<void> {
    if (this.#manual !== undefined) return this.#manual.advance(ms);
    await new Promise<void>((resolve) => threadClock.setTimer(ms, resolve));
  }

  #watchPatience(patienceMs: number): () => void {
    const manual = this.#manual;
    if (manual === undefined || patienceMs === Number.POSITIVE_INFINITY) return () => {};
    const { asks } = this.#ground.host;
    const activity = this.#activity;
    return watchPatience(patienceMs, {
      get waits() {
        return asks.size > 0;
      },
      get progress() {
        return `${activity.steps} ${manual.now()}`;
      },
      giveUp: () => {
        // Before they are given up: their own deadlines are among the timers.
        const state = this.#home.describe();
        asks.rejectWhere(
          () => true,
          ({ ref, entry }) =>
            new ClockStandsStillError(
              `ask '${entry.name}' of ${ref.path} isn't answered, and nothing has happened for ${patienceMs} ms.\n${state}`,
            ),
        );
      },
    });
  }
}
