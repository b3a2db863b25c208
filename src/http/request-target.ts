/** The path of a request's target, without its query. */
export function pathOf(url = '/'): string {
  const queryAt = url.indexOf('?')
  return queryAt < 0 ? url : url.slice(0, queryAt)
}

/** The query of a request's target, without its question mark. */
export function queryOf(url = '/'): string {
  const queryAt = url.indexOf('?')
  return queryAt < 0 ? '' : url.slice(queryAt + 1)
}
