// What differs from run to run, by the object that has it, and by the module of Node.js that exports it.

const after = 'ctx.after(delayMs, fn), or await ctx.sleep(delayMs)';
const every = 'ctx.every(periodMs, fn)';
const soon = 'ctx.after(0, fn)';
const sleep = 'await ctx.sleep(delayMs)';
const identifier = 'ctx.random() to make an identifier';

/** Each with what to use instead; by the object that has it. */
export const guarded: readonly [owner: string | undefined, name: string, instead: string][] = [
  ['Date', 'now', 'ctx.now()'],
  ['performance', 'now', 'ctx.now()'],
  ['Math', 'random', 'ctx.random()'],
  ['crypto', 'randomUUID', identifier],
  ['crypto', 'getRandomValues', 'ctx.random()'],
  ['AbortSignal', 'timeout', 'an ask with { timeoutMs }, or ctx.after()'],
  ['process', 'hrtime', 'ctx.now()'],
  ['process', 'uptime', 'ctx.now()'],
  [undefined, 'setTimeout', after],
  [undefined, 'setInterval', every],
  [undefined, 'setImmediate', soon],
  [undefined, 'requestAnimationFrame', every],
  [undefined, 'fetch', 'an actor or a resource that the simulation replaces'],
];

/** Each with what to use instead; `wait` is the scheduler's. */
export const guardedExports: readonly [module: string, name: string, instead: string][] = [
  ['timers', 'setTimeout', after],
  ['timers', 'setInterval', every],
  ['timers', 'setImmediate', soon],
  ['timers/promises', 'setTimeout', sleep],
  ['timers/promises', 'setInterval', every],
  ['timers/promises', 'setImmediate', 'await ctx.sleep(0)'],
  ['timers/promises', 'wait', sleep],
  ['crypto', 'randomUUID', identifier],
  ['crypto', 'randomBytes', 'ctx.random()'],
  ['crypto', 'randomFill', 'ctx.random()'],
  ['crypto', 'randomFillSync', 'ctx.random()'],
  ['crypto', 'randomInt', 'ctx.random()'],
  ['process', 'hrtime', 'ctx.now()'],
  ['process', 'uptime', 'ctx.now()'],
  ['os', 'uptime', 'ctx.now()'],
];
