import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { issueToken, parseToken, type TokenClaims } from './token.ts'

const ROOT = rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(7)))
const OTHER_ROOT = rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(8)))
const CLAIMS: Omit<TokenClaims, 'tokenId'> = {
  userId: 'user-1' as UserId,
  tenantId: 'tenant-1' as TenantId,
  scope: { kind: 'project', projectId: 'project-1' as ProjectId },
  lineage: [],
  methods: ['password'],
  issuedAt: 1_000 as EpochMs,
  expiresAt: 2_000 as EpochMs,
}

test('a token says what it was issued with', () => {
  for (const scope of [CLAIMS.scope, { kind: 'tenant' }, { kind: 'none' }] as const) {
    const { token, claims } = issueToken(ROOT, { ...CLAIMS, scope })
    assert.deepEqual(claims, { ...CLAIMS, scope, tokenId: claims.tokenId })
    assert.match(claims.tokenId, /^[0-9a-f]{32}$/)
    assert.deepEqual(parseToken(ROOT, token), { kind: 'ok', claims })
  }
})

test('two tokens for the same are two tokens', () => {
  const first = issueToken(ROOT, CLAIMS)
  const second = issueToken(ROOT, CLAIMS)
  assert.notEqual(first.token, second.token)
  assert.notEqual(first.claims.tokenId, second.claims.tokenId)
})

test('a token goes into a header and is short', () => {
  const { token } = issueToken(ROOT, CLAIMS)
  assert.match(token, /^kt1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/)
  assert.ok(token.length < 600)
})

test('each character counts: no other text is the same token', () => {
  const { token } = issueToken(ROOT, CLAIMS)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
  for (let at = 0; at < token.length; at++) {
    for (const letter of alphabet) {
      if (letter === token[at]) continue
      const other = token.slice(0, at) + letter + token.slice(at + 1)
      assert.deepEqual(parseToken(ROOT, other), { kind: 'invalid' }, `character ${at}`)
    }
  }
})

test('a token that is longer, shorter or put together otherwise is not ours', () => {
  const { token } = issueToken(ROOT, CLAIMS)
  const other = issueToken(ROOT, { ...CLAIMS, userId: 'user-2' as UserId }).token
  const [, payload = '', mac = ''] = token.split('.')
  const [, , otherMac = ''] = other.split('.')
  const texts = [
    `${token}A`,
    `A${token}`,
    token.slice(0, -1),
    `${token}=`,
    `kt1.${payload}.${otherMac}`,
    `kt1.${payload}=.${mac}`,
    `kt1..${mac}`,
    `kt1.${payload}.`,
    `kt1.${payload}`,
    `KT1.${payload}.${mac}`,
    `kt2.${payload}.${mac}`,
    payload,
    'x',
  ]
  for (const text of texts) assert.deepEqual(parseToken(ROOT, text), { kind: 'invalid' })
})

test('a token of another root key is not ours', () => {
  const { token } = issueToken(OTHER_ROOT, CLAIMS)
  assert.deepEqual(parseToken(ROOT, token), { kind: 'invalid' })
})

test('a MAC by another key of the same root is not ours', () => {
  const [, payload = ''] = issueToken(ROOT, CLAIMS).token.split('.')
  for (const key of [ROOT.wrapping, ROOT.audit, ROOT.checkpoint]) {
    const mac = key.lend((bytes) => createHmac('sha256', bytes).update(`kt1.${payload}`).digest())
    const forged = `kt1.${payload}.${mac.toString('base64url')}`
    assert.deepEqual(parseToken(ROOT, forged), { kind: 'invalid' })
  }
})

test('what no token looks like is malformed', () => {
  const { token } = issueToken(ROOT, CLAIMS)
  const texts = [
    '',
    ' ',
    `${token} `,
    `${token}\n`,
    'ä',
    '\u0000',
    `${token}\u0000`,
    'x'.repeat(4097),
  ]
  for (const text of texts) assert.deepEqual(parseToken(ROOT, text), { kind: 'malformed' })
})

test('no text but ours is a token, and none is thrown at', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (payload, mac) => {
      for (const text of [payload, `kt1.${payload}.${mac}`]) {
        assert.notEqual(parseToken(ROOT, text).kind, 'ok')
      }
    }),
  )
})
