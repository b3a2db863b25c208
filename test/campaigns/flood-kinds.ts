/** What attackers do, by name. */
export const FLOOD_KINDS = {
  connections: 'connections that are opened and say nothing',
  headers: 'requests whose headers never end, a line now and then',
  bodies: 'requests whose bodies never end, a byte now and then',
  readers: 'requests for a long page whose replies nobody reads',
  handshakes: 'TLS handshakes, most of them never ended, others whole and in a rush',
  tokens: 'requests with tokens that are guessed',
  passwords: 'sign-ins with passwords that are guessed',
} as const

/** Name of a flood. */
export type FloodKind = keyof typeof FLOOD_KINDS

/** What an attacker is told to do. */
export interface Attack {
  readonly kind: FloodKind
  readonly url: string
  /** How many connections or requests to begin each second. */
  readonly rate: number
}
