/** How much is asked of this process, so that work which can wait makes room. */
export interface Pressure {
  /** How many requests were answered since the start; only ever grows. */
  readonly requestsServed: () => number
}
