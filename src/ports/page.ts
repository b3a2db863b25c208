/** A page of things in order of their numbers. */
export interface PageRequest {
  /** Only what has a number above this one; 0 for the first page. */
  readonly after: number
  readonly limit: number
}

/** A thing with its number, which grows in order of creation and is never used twice. */
export interface Numbered<T> {
  readonly number: number
  readonly value: T
}
