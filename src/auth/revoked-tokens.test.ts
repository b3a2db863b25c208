import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RevokedTokens } from './revoked-tokens.ts'
import { TOKEN_LIFETIME_MS } from './token.ts'

test('a revoked token is known for as long as it could be valid, and forgotten in the end', () => {
  let nowMs = 0
  const revoked = new RevokedTokens(() => nowMs)
  assert.equal(revoked.has('a'), false)
  nowMs = TOKEN_LIFETIME_MS - 1
  revoked.add('a')
  for (const laterMs of [1, TOKEN_LIFETIME_MS / 2, TOKEN_LIFETIME_MS]) {
    nowMs = TOKEN_LIFETIME_MS - 1 + laterMs
    revoked.add(`other-${laterMs}`)
    assert.equal(revoked.has('a'), true, `${laterMs} ms later`)
  }
  nowMs += 2 * TOKEN_LIFETIME_MS
  revoked.add('b')
  assert.equal(revoked.has('a'), false)
  assert.equal(revoked.has('b'), true)
})
