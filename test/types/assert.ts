// What the type tests state facts with. Nothing in this folder runs: `npm run typecheck` compiles it, and a fact
// that is false, or a `@ts-expect-error` line without an error, fails that compilation.

/** True if the two types are the same one, told apart even from `any` and from a mere subtype. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** True if each type can stand for the other, however the two are written. */
export type Interchangeable<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Compiles only if the fact is true: `holds<Equal<typeof n, number>>()`. */
export function holds<_Fact extends true>(): void {}

holds<Equal<{ a?: number }, { a?: number }>>();
// @ts-expect-error: an optional property is not one that may be undefined
holds<Equal<{ a?: number }, { a: number | undefined }>>();
// @ts-expect-error: any (what JSON.parse gives) is not the type that was meant
holds<Equal<ReturnType<typeof JSON.parse>, number>>();
// @ts-expect-error: never is not the type that was meant
holds<Interchangeable<never, number>>();
