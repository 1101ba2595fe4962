// What tells the options of a union of objects apart, where one literal property does.
import type { Layout } from '../protocol/layout.ts';

export interface Discriminator {
  readonly name: string;
  /** From the property's value to the option's index. */
  readonly index: ReadonlyMap<unknown, number>;
}

/** The first property that is a literal in every option, with no value in two of them. */
export function discriminatorOf(options: readonly Layout[]): Discriminator | undefined {
  const [first] = options;
  if (first?.kind !== 'object') return undefined;
  for (const { name } of first.fields) {
    const index = new Map<unknown, number>();
    const fits = options.every((option, i) => {
      if (option.kind !== 'object') return false;
      const field = option.fields.find((candidate) => candidate.name === name);
      if (field === undefined || field.optional || field.layout.kind !== 'literal') return false;
      return field.layout.values.every((value) => !index.has(value) && index.set(value, i) !== undefined);
    });
    if (fits) return { name, index };
  }
  return undefined;
}
