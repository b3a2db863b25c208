/** What may be wrong with a service that others depend on. */
export const UPSTREAM_FAULTS = {
  down: 'connections are refused',
  slow: 'answers come after the time limit',
  garbage: 'bytes that are no protocol',
  'half-open': 'connections are accepted, and nothing or half an answer comes',
  certificate: 'of another authority, for another name, or expired',
  reset: 'connections are reset in the middle',
} as const

/** Name of a fault. */
export type UpstreamFault = keyof typeof UPSTREAM_FAULTS

/** All of them, in the order in which they are tried. */
export const FAULT_NAMES = Object.keys(UPSTREAM_FAULTS) as readonly UpstreamFault[]
