// What clients saw: which operations began and ended when, with what they gave and got. A linearizability checker judges
// it.

/** One operation of one client. Times are in the order of the calls of the recorder, whatever the clock says. */
export interface Operation<I = unknown, O = unknown> {
  readonly client: string | number;
  readonly input: I;
  /** `undefined` while it isn't known whether it has taken effect. */
  readonly output: O | undefined;
  /** When it began and ended; an operation without an answer never ends. */
  readonly begin: number;
  readonly end: number;
}

/** An operation that goes on. */
export interface OpenOperation<O> {
  /** It was answered. */
  done(output: O): void;
  /** It certainly has had no effect, and never will. */
  failed(): void;
}

/**
 * Records operations. One that neither is done nor has failed stays open: it may have taken effect at any time after it
 * began, or never.
 */
export class History<I = unknown, O = unknown> {
  private readonly recorded: (Operation<I, O> & { failed?: boolean })[] = [];
  private tick = 0;

  /** An operation begins. */
  begin(client: string | number, input: I): OpenOperation<O> {
    const operation = {
      client,
      input,
      output: undefined as O | undefined,
      begin: ++this.tick,
      end: Number.POSITIVE_INFINITY,
      failed: false,
    };
    this.recorded.push(operation);
    const end = (): void => {
      if (operation.end !== Number.POSITIVE_INFINITY) throw new Error('this operation has ended already');
      operation.end = ++this.tick;
    };
    return {
      done(output) {
        end();
        operation.output = output;
      },
      failed() {
        end();
        operation.failed = true;
      },
    };
  }

  /**
   * Records what `run` does. Where it throws, the operation stays open; unless `isCertain` says that an error means that
   * nothing has happened.
   */
  async record(
    client: string | number,
    input: I,
    run: () => Promise<O>,
    isCertain: (error: unknown) => boolean = () => false,
  ): Promise<O> {
    const operation = this.begin(client, input);
    try {
      const output = await run();
      operation.done(output);
      return output;
    } catch (error) {
      if (isCertain(error)) operation.failed();
      throw error;
    }
  }

  /** All operations that have had an effect, or may have. */
  get operations(): readonly Operation<I, O>[] {
    return this.recorded.filter(({ failed }) => !failed);
  }
}
