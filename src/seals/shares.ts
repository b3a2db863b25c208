import { hash } from 'node:crypto'
import { combine, split } from 'shamir-secret-sharing'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { SEALING_KEY_BYTES } from './guarded-seal.ts'

/** Fewest shares that may be needed: one alone would be no sharing. */
export const MIN_THRESHOLD = 2
/** Most shares that are made. */
export const MAX_SHARES = 16

const FORM =
  /^keyturn-share:1:([0-9a-f]{16}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9+/]{44}):([0-9a-f]{16})$/
const SHARE_BYTES = SEALING_KEY_BYTES + 1

/** How a key is shared: any `threshold` of `shares` have it, fewer know nothing of it. */
export interface Sharing {
  readonly threshold: number
  readonly shares: number
}

/** One share, as somebody keeps it. */
export interface Share extends Sharing {
  /** Id of the seal that it is of: 16 hex digits. */
  readonly sealId: string
  readonly secret: SecretBytes
}

/**
 * Splits a sealing key by Shamir's scheme over GF(2^8).
 *
 * @returns A text for each share, which is secret.
 * Source: A. Shamir, How to share a secret, CACM 22 (1979).
 */
export async function splitKey(
  sealing: SecretBytes,
  sealId: string,
  { threshold, shares }: Sharing,
): Promise<readonly SecretBytes[]> {
  const parts = await sealing.lend((bytes) => split(Uint8Array.from(bytes), shares, threshold))
  return parts.map((part) => {
    const encoded = Buffer.from(part).toString('base64')
    const body = `keyturn-share:1:${sealId}:${threshold}:${shares}:${encoded}`
    part.fill(0)
    return new SecretBytes(Buffer.from(`${body}:${checksumOf(body)}`))
  })
}

/** What a text says that somebody gives as a share; undefined when it is none, or not whole. */
export function parseShare(text: SecretBytes): Share | undefined {
  const line = text.lend((bytes) => Buffer.from(bytes).toString('latin1')).trim()
  const [match, sealId = '', threshold, shares, encoded = '', checksum] = FORM.exec(line) ?? []
  if (match === undefined || checksumOf(line.slice(0, line.lastIndexOf(':'))) !== checksum) {
    return undefined
  }
  const secret = new SecretBytes(Uint8Array.from(Buffer.from(encoded, 'base64')))
  const sharing = { threshold: Number(threshold), shares: Number(shares) }
  if (secret.length !== SHARE_BYTES || !isSharing(sharing)) return undefined
  return { sealId, ...sharing, secret }
}

/** Whether two shares are the same one. */
export function isSameShare(one: Share, other: Share): boolean {
  return one.secret.lend((a) => other.secret.lend((b) => Buffer.compare(a, b) === 0))
}

/**
 * The key that shares make: a wrong one if one of them is wrong, which the seal finds.
 *
 * @param shares At least {@link MIN_THRESHOLD}, no two alike.
 */
export async function combineShares(shares: readonly Share[]): Promise<SecretBytes> {
  const parts = shares.map(({ secret }) => secret.lend((bytes) => Uint8Array.from(bytes)))
  try {
    return new SecretBytes(await combine(parts))
  } finally {
    for (const part of parts) part.fill(0)
  }
}

/** Whether a key can be shared so. */
export function isSharing({ threshold, shares }: Sharing): boolean {
  return threshold >= MIN_THRESHOLD && shares >= threshold && shares <= MAX_SHARES
}

function checksumOf(body: string): string {
  return hash('sha256', body).slice(0, 16)
}
