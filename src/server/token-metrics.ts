import { Gauge, type Registry } from 'prom-client'
import type { KeyToken, TokenMemory } from '../ports/key-token.ts'

/** How often a token is asked at most, in milliseconds: it has better things to do. */
const ASK_EVERY_MS = 60_000

/**
 * Measures how full tokens are. The page of figures waits for none of them: it has what they said
 * last, and nothing of those that do not tell.
 */
export function tokenMetrics(
  registry: Registry,
  tokens: ReadonlyMap<string, Pick<KeyToken, 'memory'>>,
): void {
  const known = new Map<string, TokenMemory>()
  let askedAtMs = Number.NEGATIVE_INFINITY
  const ask = () => {
    if (performance.now() - askedAtMs < ASK_EVERY_MS) return
    askedAtMs = performance.now()
    for (const [token, { memory }] of tokens) {
      memory?.().then(
        (told) => (told === undefined ? known.delete(token) : known.set(token, told)),
        () => undefined, // a token that does not answer is told of where its keys are used
      )
    }
  }
  for (const [name, help, member] of [
    [
      'keyturn_token_free_bytes',
      'Free memory for keys in a PKCS #11 token, if it tells.',
      'freeBytes',
    ],
    [
      'keyturn_token_total_bytes',
      'All memory for keys in a PKCS #11 token, if it tells.',
      'totalBytes',
    ],
  ] as const) {
    new Gauge({
      name,
      help,
      labelNames: ['token'],
      registers: [registry],
      collect() {
        ask()
        this.reset()
        for (const [token, memory] of known) this.set({ token }, memory[member])
      },
    })
  }
}
