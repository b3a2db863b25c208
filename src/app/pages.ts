/** A page of a list, made from one thing more than it may have. */
export interface Page<T> {
  readonly page: readonly T[]
  readonly isTruncated: boolean
  /** Number of the last thing on the page, while there are more. */
  readonly nextMarker: number | 'end'
}

/** The first `limit` of what was found; whoever asked for one more learns whether there is more. */
export function pageOf<T extends { readonly number: number }>(
  found: readonly T[],
  limit: number,
): Page<T> {
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const isTruncated = found.length > limit
  return { page, isTruncated, nextMarker: isTruncated && last !== undefined ? last.number : 'end' }
}
