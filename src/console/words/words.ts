import type { EN } from './en/index.ts'

/** A language that the console speaks. */
export type Language = 'en' | 'zh'

type Widened<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Name in keyof T]: Widened<T[Name]> }

/** All that the console says, by subject; texts with something to fill in are functions. */
export type Words = Widened<typeof EN>
