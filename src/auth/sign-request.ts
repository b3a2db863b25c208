import { createHmac, hash } from 'node:crypto'
import type { EpochMs } from '../core/time.ts'
import { canonicalRequests } from './canonical-request.ts'
import { type SigningSecret, stringToSign } from './signature.ts'

/** A request that is to be signed. */
export interface UnsignedRequest {
  readonly method: string
  /** Path and query, encoded as they are sent. */
  readonly rawUrl: string
  readonly host: string
  readonly body: Uint8Array
}

const SIGNED_HEADERS = ['content-type', 'host', 'x-sdk-date'] as const

/**
 * Headers of a signed request with a JSON body, in the form that the vendor's newer SDKs use.
 * Source: the vendor's "AK/SK signing and authentication guide".
 */
export function signRequest(
  { method, rawUrl, host, body }: UnsignedRequest,
  secret: SigningSecret,
  now: EpochMs,
): Readonly<Record<string, string>> {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const headers = { 'content-type': 'application/json', host, 'x-sdk-date': date }
  const [canonical = ''] = canonicalRequests(
    { method, rawUrl, headers, body },
    SIGNED_HEADERS,
    false,
  )
  const form = { kind: 'sdk' } as const
  const signature = createHmac('sha256', secret.keyOf(form))
    .update(stringToSign(form, date, hash('sha256', canonical)))
    .digest('hex')
  const names = SIGNED_HEADERS.join(';')
  return {
    ...headers,
    authorization: `SDK-HMAC-SHA256 Access=${secret.accessKeyId}, SignedHeaders=${names}, Signature=${signature}`,
  }
}
