import { hash } from 'node:crypto'
import { combine, split } from 'shamir-secret-sharing'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { SEALING_KEY_BYTES } from './guarded-seal.ts'

/** Fewest shares that may be needed: one alone would be no sharing. */
export const MIN_THRESHOLD = 2
/** Most shares that are made. */
export const MAX_SHARES = 16

const FORM =
  /^keyturn-share:1:([0-9a-f]{16}):(\d{1,2}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9+/]{44}):([0-9a-f]{16})$/
/** A byte for each of the key's, and one for the place of the share. */
const SHARE_BYTES = SEALING_KEY_BYTES + 1
const CHECKSUM_DIGITS = 16

/** How a key is shared: any `threshold` of `shares` have it, fewer know nothing of it. */
export interface Sharing {
  readonly threshold: number
  readonly shares: number
}

/** One share, as somebody keeps it. */
export interface Share extends Sharing {
  /** Id of the seal that it is of: 16 hex digits. */
  readonly sealId: string
  /** Which of the shares it is, from 1. */
  readonly number: number
  readonly secret: SecretBytes
  /** SHA-256 of all of it, as 64 hex digits: by it a share is known without being told. */
  readonly digest: string
}

/** A share that was just made. */
export interface MadeShare {
  /** What its keeper gets. */
  readonly text: SecretBytes
  /** As {@link Share.digest}. */
  readonly digest: string
}

/**
 * Splits a sealing key by Shamir's scheme over GF(2^8). The text of a share is
 * `keyturn-share:1:<id of the seal>:<number>:<threshold>:<shares>:<33 bytes in base64>:<checksum>`; the
 * checksum is the first 8 bytes of SHA-256 of all before.
 *
 * Source: A. Shamir, How to share a secret, CACM 22 (1979).
 */
export async function splitKey(
  sealing: SecretBytes,
  sealId: string,
  { threshold, shares }: Sharing,
): Promise<readonly MadeShare[]> {
  const copy = sealing.lend((bytes) => Uint8Array.from(bytes))
  const parts = await split(copy, shares, threshold)
  copy.fill(0)
  return parts.map((part, index) => {
    const encoded = Buffer.from(part).toString('base64')
    const body = `keyturn-share:1:${sealId}:${index + 1}:${threshold}:${shares}:${encoded}`
    part.fill(0)
    const digest = hash('sha256', body)
    return { text: new SecretBytes(Buffer.from(`${body}:${checksumOf(digest)}`)), digest }
  })
}

/** What a text says that somebody gives as a share; undefined when it is none, or not whole. */
export function parseShare(text: SecretBytes): Share | undefined {
  const line = text.lend((bytes) => Buffer.from(bytes).toString('latin1')).trim()
  const [match, sealId = '', number, threshold, shares, encoded = '', checksum] =
    FORM.exec(line) ?? []
  const digest = hash('sha256', line.slice(0, line.lastIndexOf(':')))
  if (match === undefined || checksumOf(digest) !== checksum) return undefined
  const secret = new SecretBytes(Uint8Array.from(Buffer.from(encoded, 'base64')))
  const sharing = { threshold: Number(threshold), shares: Number(shares) }
  if (secret.length !== SHARE_BYTES || !isSharing(sharing)) return undefined
  return { sealId, number: Number(number), ...sharing, secret, digest }
}

/** Where on the polynomial a share is; no two of one key are at the same place. */
export function placeOf({ secret }: Share): number | undefined {
  return secret.lend((bytes) => bytes.at(-1))
}

/**
 * The key that shares make: a wrong one if one of them is wrong, which the seal finds.
 *
 * @param shares At least {@link MIN_THRESHOLD}, no two at one place.
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

function checksumOf(digest: string): string {
  return digest.slice(0, CHECKSUM_DIGITS)
}
