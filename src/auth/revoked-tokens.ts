import { TOKEN_LIFETIME_MS } from './token.ts'

/**
 * Ids of revoked tokens. Each is kept for the longest that a token lives, at most for twice as long,
 * so that whoever makes and revokes tokens all day does not fill the memory.
 */
export class RevokedTokens {
  readonly #nowMs: () => number
  #recent = new Set<string>()
  #older = new Set<string>()
  #turnedAtMs: number

  /** @param nowMs A clock that only goes forward. */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs
    this.#turnedAtMs = nowMs()
  }

  /** Adds a token that was revoked. */
  add(tokenId: string): void {
    if (this.#nowMs() - this.#turnedAtMs > TOKEN_LIFETIME_MS) {
      this.#older = this.#recent
      this.#recent = new Set()
      this.#turnedAtMs = this.#nowMs()
    }
    this.#recent.add(tokenId)
  }

  /** How many are kept. */
  get size(): number {
    return this.#recent.size + this.#older.size
  }

  /** Whether a token was revoked, if it could still be valid. */
  has(tokenId: string): boolean {
    return this.#recent.has(tokenId) || this.#older.has(tokenId)
  }
}
