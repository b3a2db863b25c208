import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { EpochMs } from '../core/time.ts'
import { equalInConstantTime } from '../crypto/digest.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Authorization, SignatureForm } from './authorization-header.ts'
import { canonicalRequests, isPayloadHonest, type SignedRequest } from './canonical-request.ts'

/** How far the date of a signature may be from now. */
const MAX_SKEW_MS = 15 * 60 * 1000
const DATE_HEADER = 'x-sdk-date'

/** The secret half of an access key, ready to verify with. */
export interface SigningSecret {
  readonly accessKeyId: string
  readonly keyOf: (form: SignatureForm) => KeyObject
}

/** Prepares a secret; keys that were derived from it for a scope are kept, the last few. */
export function signingSecret(accessKeyId: string, secret: SecretBytes): SigningSecret {
  const plain = secret.lend((bytes) => createSecretKey(bytes))
  const derived = new LRUCache<string, KeyObject>({ max: 8 })
  return {
    accessKeyId,
    keyOf(form) {
      if (form.kind === 'sdk') return plain
      const scope = scopeText(form)
      let key = derived.get(scope)
      if (key === undefined) {
        key = secret.lend((bytes) =>
          form.kind === 'scoped'
            ? chainedKey(bytes, form)
            : hkdfKey(bytes, accessKeyId, form.scope),
        )
        derived.set(scope, key)
      }
      return key
    },
  }
}

/**
 * Whether a request was signed with `secret`, lately, and its body is the one that was signed.
 *
 * @param now Wall-clock time, whatever clock keys live by.
 * Source: the vendor's "AK/SK signing and authentication guide".
 */
export function isSignatureValid(
  request: SignedRequest,
  authorization: Authorization,
  secret: SigningSecret,
  now: EpochMs,
): boolean {
  const { form, signedHeaders, signature } = authorization
  const date = request.headers[DATE_HEADER]
  const key = secret.keyOf(form)
  let isSigned = false
  for (const canonical of canonicalRequests(request, signedHeaders, form.kind === 'scoped')) {
    const expected = createHmac('sha256', key)
      .update(stringToSign(form, date ?? '', hash('sha256', canonical)))
      .digest()
    if (equalInConstantTime(expected, signature)) isSigned = true
    if (isSigned) break
  }
  return (
    isSigned &&
    signedHeaders.includes(DATE_HEADER) &&
    isRecent(date, form, now) &&
    isPayloadHonest(request)
  )
}

/** What is signed of a canonical request's hash. */
export function stringToSign(form: SignatureForm, date: string, canonicalHash: string): string {
  const algorithm = form.kind === 'derived' ? 'V11-HMAC-SHA256' : 'SDK-HMAC-SHA256'
  if (form.kind === 'sdk') return `${algorithm}\n${date}\n${canonicalHash}`
  return `${algorithm}\n${date}\n${scopeText(form)}\n${canonicalHash}`
}

function scopeText(form: Exclude<SignatureForm, { readonly kind: 'sdk' }>): string {
  return form.kind === 'derived'
    ? form.scope
    : `${form.date}/${form.region}/${form.service}/sdk_request`
}

function chainedKey(
  secret: Uint8Array,
  { date, region, service }: Extract<SignatureForm, { readonly kind: 'scoped' }>,
): KeyObject {
  let key = Buffer.concat([Buffer.from('SDK'), secret])
  for (const part of [date, region, service, 'sdk_request']) {
    const next = createHmac('sha256', key).update(part).digest()
    key.fill(0)
    key = next
  }
  return createSecretKey(key)
}

/** The key is the text of the derived bytes in hexadecimal, not the bytes. */
function hkdfKey(secret: Uint8Array, accessKeyId: string, scope: string): KeyObject {
  const derived = Buffer.from(hkdfSync('sha256', secret, accessKeyId, scope, 32))
  return createSecretKey(Buffer.from(derived.toString('hex')))
}

function isRecent(date: string | undefined, form: SignatureForm, now: EpochMs): boolean {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '')
  if (match === null) return false
  const [, year, month, day, hour, minute, second] = match
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const day8 = `${year}${month}${day}`
  const isOfDay =
    form.kind === 'sdk' || (form.kind === 'scoped' ? form.date : form.scope.slice(0, 8)) === day8
  return isOfDay && Math.abs(signedAt - now) <= MAX_SKEW_MS
}
