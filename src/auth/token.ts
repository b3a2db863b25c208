import { createHmac } from 'node:crypto'
import type { ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { equalInConstantTime } from '../crypto/digest.ts'
import { randomHex } from '../crypto/random.ts'
import { allRootKeys, type RootKey } from '../crypto/root-key.ts'

/** How long a token is valid. */
export const TOKEN_LIFETIME_MS = 24 * 60 * 60 * 1000

const PREFIX = 'kt1.'
const MAX_TOKEN_CHARACTERS = 4096
const TOKEN = /^kt1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/

/** What a token is for. */
export type TokenScope =
  | { readonly kind: 'project'; readonly projectId: ProjectId }
  | { readonly kind: 'tenant' }
  | { readonly kind: 'none' }

/** What a token says. It is not stored: the token bears it, and a MAC over it. */
export interface TokenClaims {
  /** 32 hexadecimal digits, by which it can be revoked. */
  readonly tokenId: string
  /** Ids of the tokens it was made from, the oldest first: it ends with each of them. */
  readonly lineage: readonly string[]
  readonly userId: UserId
  readonly tenantId: TenantId
  readonly scope: TokenScope
  readonly methods: readonly string[]
  readonly issuedAt: EpochMs
  readonly expiresAt: EpochMs
}

/** Longest line of tokens made from one another; who wants to go on signs in again. */
export const MAX_LINEAGE = 8

/** Whether a token, or one that it was made from, is among the revoked. */
export function isAmongRevoked(
  claims: Pick<TokenClaims, 'tokenId' | 'lineage'>,
  isRevoked: (tokenId: string) => boolean,
): boolean {
  return isRevoked(claims.tokenId) || claims.lineage.some(isRevoked)
}

/**
 * A new token: `kt1.` ‖ base64url(claims as JSON) ‖ `.` ‖ base64url(HMAC-SHA-256 of all before).
 */
export function issueToken(
  root: RootKey,
  claims: Omit<TokenClaims, 'tokenId'>,
): { readonly token: string; readonly claims: TokenClaims } {
  const whole: TokenClaims = { ...claims, tokenId: randomHex(16) }
  const body = `${PREFIX}${Buffer.from(JSON.stringify(whole)).toString('base64url')}`
  return { token: `${body}.${macOf(root, body)}`, claims: whole }
}

/**
 * What a text is as a token: `malformed` when no token looks so, `invalid` when we did not make it.
 * Whether it has expired or was revoked is for the caller to see.
 */
export function parseToken(
  root: RootKey,
  text: string,
):
  | { readonly kind: 'ok'; readonly claims: TokenClaims }
  | { readonly kind: 'malformed' | 'invalid' } {
  if (text.length > MAX_TOKEN_CHARACTERS || !/^[\x21-\x7e]+$/.test(text)) return MALFORMED
  const match = TOKEN.exec(text)
  const [, payload = '', mac = ''] = match ?? []
  if (match === null) return INVALID
  // Compared as text: of its last letter two bits say nothing, and four texts would be one token.
  const isOurs = allRootKeys(root).some((candidate) => {
    const expected = macOf(candidate, `${PREFIX}${payload}`)
    return equalInConstantTime(Buffer.from(expected), Buffer.from(mac))
  })
  if (!isOurs) return INVALID
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims // we wrote it
  return { kind: 'ok', claims }
}

const MALFORMED = { kind: 'malformed' } as const
const INVALID = { kind: 'invalid' } as const

function macOf(root: RootKey, body: string): string {
  return root.token.lend((key) => createHmac('sha256', key).update(body).digest('base64url'))
}
