/**
 * What `next` makes of a value: at once when the value is there, later when it is still to come. What
 * is there need not wait its turn among promises, which costs more than most of what is done with it.
 */
export function whenReady<T, Result>(
  value: T | Promise<T>,
  next: (ready: T) => Result | Promise<Result>,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value)
}
