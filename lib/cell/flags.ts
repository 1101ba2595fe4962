// The yes-or-no questions about a cell. Of an actor that is one of millions each word counts: so they share one.

const scheduledFlag = 1;
const heldFlag = 2;
const pressedFlag = 4;
const awaitedFlag = 8;
const drainingFlag = 16;
const againFlag = 32;
const abandonedFlag = 64;
const killedFlag = 128;
const watchedFlag = 256;
const occupied = scheduledFlag | heldFlag | pressedFlag | awaitedFlag | drainingFlag | killedFlag;

export abstract class CellFlags {
  /** Initialized by the cell with all its other fields: a second initializer would be run for each actor. */
  protected abstract flags: number;

  private flag(flag: number, set: boolean): void {
    if (set) this.flags |= flag;
    else this.flags &= ~flag;
  }

  /** In the dispatcher's queue. */
  get scheduled(): boolean {
    return (this.flags & scheduledFlag) !== 0;
  }
  set scheduled(value: boolean) {
    this.flag(scheduledFlag, value);
  }

  /** A handler or turn is waiting on a promise: nothing else may run. */
  get held(): boolean {
    return (this.flags & heldFlag) !== 0;
  }
  set held(value: boolean) {
    this.flag(heldFlag, value);
  }

  /** Above the high-water mark of its mailbox, and not yet below the low one. */
  get pressed(): boolean {
    return (this.flags & pressedFlag) !== 0;
  }
  set pressed(value: boolean) {
    this.flag(pressedFlag, value);
  }

  /** Messages of this node wait for room in the mailbox. */
  get awaited(): boolean {
    return (this.flags & awaitedFlag) !== 0;
  }
  set awaited(value: boolean) {
    this.flag(awaitedFlag, value);
  }

  /** Stops when no message waits any more. */
  get draining(): boolean {
    return (this.flags & drainingFlag) !== 0;
  }
  set draining(value: boolean) {
    this.flag(drainingFlag, value);
  }

  /** Begins again when its behaviour has ended. */
  get again(): boolean {
    return (this.flags & againFlag) !== 0;
  }
  set again(value: boolean) {
    this.flag(againFlag, value);
  }

  /** Its first `create` threw: nobody was told that this actor exists. */
  get abandoned(): boolean {
    return (this.flags & abandonedFlag) !== 0;
  }
  set abandoned(value: boolean) {
    this.flag(abandonedFlag, value);
  }

  /** Its end waits for nothing: neither for its handler, nor for what its children or its clean-up wait for. */
  get killed(): boolean {
    return (this.flags & killedFlag) !== 0;
  }
  set killed(value: boolean) {
    this.flag(killedFlag, value);
  }

  /** Somebody has watched it, and is to be told of its end. */
  get watched(): boolean {
    return (this.flags & watchedFlag) !== 0;
  }
  set watched(value: boolean) {
    this.flag(watchedFlag, value);
  }

  /** It is at work, has work waiting, or is about to end. */
  get occupied(): boolean {
    return (this.flags & occupied) !== 0;
  }

  /** It has a turn coming, or waits for its handler: a message changes nothing about that. */
  get busy(): boolean {
    return (this.flags & (scheduledFlag | heldFlag)) !== 0;
  }
}
