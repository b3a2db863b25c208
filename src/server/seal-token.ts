import { timingSafeEqual } from 'node:crypto'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { TokenError } from '../ports/key-token.ts'
import { SealError } from '../ports/seal.ts'
import type { SealToken } from '../seals/token-guard.ts'
import { openPkcs11Token, type Pkcs11TokenOptions } from '../tokens/pkcs11-token.ts'
import { readTable } from './read-table.ts'
import { SettingsError } from './settings.ts'

const TIMEOUT_MS = 5000
const FIELDS: readonly string[] = ['module', 'token-label', 'pin-file', 'timeout-ms']

/** Which token keeps the key of a `pkcs11` seal. */
export interface SealTokenSettings {
  /** File with one `[[token]]` entry. */
  readonly 'seal-token'?: string | undefined
}

/**
 * The token that a settings file names: one `[[token]]` entry with module (a PKCS #11 library),
 * token-label and pin-file. File and PIN are read anew each time, so that a server which waits finds what
 * was mended. A PIN that the token refused is not tried again: tokens lock after a few.
 *
 * @throws {SettingsError}
 */
export function sealTokenIn(file: string): SealToken {
  // A pipe, as /dev/fd/3 may be, has its PIN once.
  let last = readOptions(file, undefined)
  let refused: { readonly pin: SecretBytes; readonly error: SealError } | undefined

  function options(): Pkcs11TokenOptions {
    try {
      last = readOptions(file, last.pin)
      return last
    } catch (cause) {
      if (!(cause instanceof SettingsError)) throw cause
      throw new SealError('unavailable', cause.message, { cause })
    }
  }

  return {
    async use(work) {
      const now = options()
      if (refused !== undefined && areAlike(refused.pin, now.pin)) throw refused.error
      const token = openPkcs11Token(now)
      try {
        return await work(token)
      } catch (cause) {
        if (!(cause instanceof TokenError)) throw cause
        const error = toSealError(cause, now)
        if (cause.isPinRefused) refused = { pin: now.pin, error }
        throw error
      } finally {
        await token.close()
      }
    },
  }
}

function toSealError(cause: TokenError, { tokenLabel }: Pkcs11TokenOptions): SealError {
  const what = `the token ${tokenLabel} of the seal does not help: ${cause.message}`
  const message = cause.isPinRefused
    ? `${what}; this PIN is not tried again, for the token would lock: correct pin-file`
    : what
  // The message has all of the cause, which would be printed after it.
  return new SealError('unavailable', message)
}

function readOptions(file: string, before: SecretBytes | undefined): Pkcs11TokenOptions {
  const [entry, another] = readTable(file, 'token', FIELDS)
  if (entry === undefined || another !== undefined) {
    throw new SettingsError({
      en: `--seal-token: ${file} must have one [[token]] entry`,
      zh: `--seal-token：${file} 中必须恰有一个 [[token]] 条目`,
    })
  }
  const module = entry.text('module')
  const tokenLabel = entry.text('token-label')
  const timeoutMs = entry.optionalNumber('timeout-ms') ?? TIMEOUT_MS
  const found = entry.secret('pin-file')
  const pin = found.length > 0 ? found : before
  if (pin === undefined) {
    throw new SettingsError({
      en: `--seal-token: pin-file of ${file} is empty`,
      zh: `--seal-token：${file} 的 pin-file 为空`,
    })
  }
  return { module, tokenLabel, timeoutMs, pin }
}

function areAlike(one: SecretBytes, other: SecretBytes): boolean {
  if (one.length !== other.length) return false
  return one.lend((a) => other.lend((b) => timingSafeEqual(a, b)))
}
