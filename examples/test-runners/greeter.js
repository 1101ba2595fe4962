// The actors under test: a greeter that greets through a printer, and remembers whom.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';

export const PrinterProtocol = {
  print: tell(z.object({ text: z.string(), copies: z.number().default(1) })),
  inkLeft: ask(z.void(), z.number()),
};

export class EmptyNameError extends Error {}

export const Greeter = actor('examples/Greeter', {
  module: import.meta.url,
  args: z.object({ printer: refOf(() => PrinterProtocol) }),
  protocol: {
    greet: tell(z.string()),
    greetLater: tell(z.object({ name: z.string(), afterMs: z.number() })),
    greeted: ask(z.void(), z.number()),
    check: ask(z.string(), z.boolean()),
    inkLeft: ask(z.void(), z.number()),
  },
  errors: [EmptyNameError],
  create: ({ printer }, ctx) => {
    let greeted = 0;
    const greet = (name) => {
      if (name === '') throw new EmptyNameError('nobody to greet');
      greeted++;
      printer.tell.print({ text: `Hello, ${name}!` });
    };
    return {
      greet,
      greetLater: ({ name, afterMs }) => void ctx.after(afterMs, () => greet(name)),
      greeted: () => greeted,
      check(name) {
        if (name === '') throw new EmptyNameError('nobody to greet');
        return true;
      },
      inkLeft: () => printer.ask.inkLeft(),
    };
  },
});
