// Turns source text into functions, where that is allowed. Pages with a strict content security policy and
// `node --disallow-code-generation-from-strings` forbid it; the interpreted codec serves there.

let allowed: boolean | undefined;

/** Whether this thread may generate code. */
export function canGenerate(): boolean {
  if (allowed === undefined) {
    try {
      new Function('');
      allowed = true;
    } catch {
      allowed = false;
    }
  }
  return allowed;
}

/** Lines of a function body, with names for the values it closes over. */
export class Source {
  private readonly lines: string[] = [];
  private readonly constants: unknown[] = [];
  private names = 0;

  line(text: string): void {
    this.lines.push(text);
  }

  /** A name not used before. */
  name(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  /** The name of a value from outside. */
  constant(value: unknown): string {
    const known = this.constants.indexOf(value);
    return `c${known >= 0 ? known : this.constants.push(value) - 1}`;
  }

  /** The function with these parameters and the lines as its body. */
  compile<Fn>(parameters: string): Fn {
    const names = this.constants.map((_, i) => `c${i}`);
    const body = `'use strict'; return function (${parameters}) {\n${this.lines.join('\n')}\n}`;
    return new Function(...names, body)(...this.constants) as Fn;
  }
}
