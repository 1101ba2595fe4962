// Chameneos: 100 creatures meet in pairs, 200,000 times, in one mall, and change their colours.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place } from './config.js';

const colorSchema = z.enum(['yellow', 'blue', 'red', 'faded']);
const colors = ['yellow', 'blue', 'red'];

const ChameneoProtocol = {
  get meet() {
    return tell(z.object({ color: colorSchema, other: refOf(() => ChameneoProtocol) }));
  },
  change: tell(colorSchema),
  leave: tell(),
};

const MallProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  enter: tell(z.object({ color: colorSchema, chameneo: refOf(() => ChameneoProtocol) })),
  met: tell(z.number()),
};

/** The colour neither has, or their own when they are alike. */
function complement(color, other) {
  if (color === other) return color;
  if (color === 'faded' || other === 'faded') return 'faded';
  return colors.find((third) => third !== color && third !== other);
}

const Chameneo = actor('savina/Chameneo', {
  module: import.meta.url,
  args: z.object({ mall: refOf(() => MallProtocol), color: colorSchema }),
  protocol: ChameneoProtocol,
  create: ({ mall, color: first }, ctx) => {
    let color = first;
    let meetings = 0;
    const enterAs = (next) => {
      color = next;
      meetings++;
      mall.tell.enter({ color, chameneo: ctx.self });
    };
    mall.tell.enter({ color, chameneo: ctx.self });
    return {
      meet({ color: otherColor, other }) {
        const next = complement(color, otherColor);
        other.tell.change(next);
        enterAs(next);
      },
      change: enterAs,
      leave() {
        mall.tell.met(meetings);
      },
    };
  },
});

/** The mall; replies with the sum of what the creatures counted: each meeting twice. */
export const Chameneos = actor('savina/Chameneos', {
  module: import.meta.url,
  args: configSchema,
  protocol: MallProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    let waiting;
    let meetingsLeft = size.meetings;
    let reported = 0;
    let sum = 0;
    return {
      async run() {
        await Promise.all(
          Array.from({ length: size.chameneos }, (_, i) =>
            ctx.spawn(Chameneo, { mall: ctx.self, color: colors[i % 3] }, place(nodes, i + 1)),
          ),
        );
        return promise;
      },
      enter({ color, chameneo }) {
        if (meetingsLeft === 0) chameneo.tell.leave();
        else if (waiting === undefined) waiting = chameneo;
        else {
          waiting.tell.meet({ color, other: chameneo });
          waiting = undefined;
          meetingsLeft--;
        }
      },
      met(count) {
        sum += count;
        if (++reported === size.chameneos) resolve(sum);
      },
    };
  },
});
