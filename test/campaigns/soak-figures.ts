/** A value at a moment. */
export interface Sample {
  /** Since the start, in hours. */
  readonly atHours: number
  readonly value: number
}

/**
 * How fast a value grows, per hour: the median of the slopes of all pairs, which a few odd samples do
 * not move. Source: Theil (1950); Sen (1968).
 */
export function slopePerHour(samples: readonly Sample[]): number {
  const slopes: number[] = []
  samples.forEach((first, at) => {
    for (const second of samples.slice(at + 1)) {
      const hours = second.atHours - first.atHours
      if (hours > 0) slopes.push((second.value - first.value) / hours)
    }
  })
  return medianOf(slopes)
}

/** The value in the middle; 0 of none. */
export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5)
}

/** The value below which a share of the values lies; 0 of none. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
