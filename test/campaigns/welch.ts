/** Times of two classes, taken in one run: `times[i]` belongs to class `classes[i]`, 0 or 1. */
export interface TwoClasses {
  /** In nanoseconds. */
  readonly times: Float64Array
  readonly classes: Uint8Array
}

/** What the comparison of two classes says. */
export interface WelchResult {
  /** The t that is farthest from 0, over all times and over those that are left by each crop. */
  readonly t: number
  /** Mean of class 1 less that of class 0, in nanoseconds, for that crop. */
  readonly differenceNs: number
  /** Times that were below that crop. */
  readonly samples: number
}

/** Shares of the times that are kept: what is far above the others is the machine's, not the code's. */
const CROPS = [1, 0.999, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25] as const
/** What is left by a crop is judged if it has so many of each class. */
const MIN_CROPPED = 100

/**
 * Welch's t between two classes of times, the greatest over several crops. Source: Reparaz, Balasch,
 * Verbauwhede, "Dude, is my code constant time?" (2017), §3: cropping, then Welch's test.
 */
export function welch({ times, classes }: TwoClasses): WelchResult {
  const sorted = times.slice().sort()
  let worst: WelchResult = { t: 0, differenceNs: 0, samples: 0 }
  for (const share of CROPS) {
    const limit = sorted[Math.ceil(share * sorted.length) - 1] ?? 0
    const found = welchBelow(times, classes, limit, share === 1 ? 2 : MIN_CROPPED)
    if (found !== undefined && Math.abs(found.t) > Math.abs(worst.t)) worst = found
  }
  return worst
}

function welchBelow(
  times: Float64Array,
  classes: Uint8Array,
  limit: number,
  least: number,
): WelchResult | undefined {
  const zero = new Moments()
  const one = new Moments()
  for (let at = 0; at < times.length; at++) {
    const time = times[at] ?? 0
    if (time <= limit) (classes[at] === 0 ? zero : one).add(time)
  }
  if (zero.count < least || one.count < least) return undefined
  const differenceNs = one.mean - zero.mean
  const error = Math.sqrt(zero.variance() / zero.count + one.variance() / one.count)
  // Times that are all the same tell nothing, unless those of the other class are others.
  const t = differenceNs === 0 ? 0 : differenceNs / error
  return { t, differenceNs, samples: zero.count + one.count }
}

/** Mean and variance as values come. Source: Welford (1962). */
class Moments {
  count = 0
  mean = 0
  #squares = 0
  add(value: number): void {
    this.count++
    const delta = value - this.mean
    this.mean += delta / this.count
    this.#squares += delta * (value - this.mean)
  }
  variance(): number {
    return this.#squares / (this.count - 1)
  }
}
