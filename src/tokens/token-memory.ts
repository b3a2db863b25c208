import type { TokenMemory } from '../ports/key-token.ts'

/** Places of `ulTotalPrivateMemory` and `ulFreePrivateMemory` in CK_TOKEN_INFO. */
const TOTAL_AT = 168
const FREE_AT = 176
/** `CK_UNAVAILABLE_INFORMATION`; `CK_EFFECTIVELY_INFINITE` is 0. */
const UNAVAILABLE = 0xffff_ffff_ffff_ffffn

/**
 * Memory for private objects by a filled CK_TOKEN_INFO; undefined when the token does not tell.
 *
 * Source: PKCS #11 v3.0, base specification §3.2.
 */
export function tokenMemoryOf(info: Buffer): TokenMemory | undefined {
  const total = info.readBigUInt64LE(TOTAL_AT)
  const free = info.readBigUInt64LE(FREE_AT)
  if (total === UNAVAILABLE || free === UNAVAILABLE || total === 0n) return undefined
  return { totalBytes: Number(total), freeBytes: Number(free) }
}
