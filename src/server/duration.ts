const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of a duration such as `90s`, `15m`, `6h` or `1d`; undefined when it is none. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text)
  const unitMs = UNITS_MS[match?.[2] ?? '']
  return unitMs === undefined ? undefined : Number(match?.[1]) * unitMs
}
