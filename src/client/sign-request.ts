import { misconfigured } from './keyturn-error.ts'
import type { OutgoingRequest } from './transport.ts'

const utf8 = new TextEncoder()

/** Signs requests with an access key. */
export type Signer = (request: OutgoingRequest, now: Date) => Promise<OutgoingRequest>

/**
 * A signer in the form `SDK-HMAC-SHA256`. The secret becomes a key of WebCrypto at the first request,
 * which browsers have only on pages from HTTPS or from this machine.
 *
 * Source: the vendor's "AK/SK signing and authentication guide".
 */
export function requestSigner(accessKey: string, secretKey: string): Signer {
  let key: ReturnType<typeof importKey> | undefined
  return async (request, now) => {
    key ??= importKey(secretKey)
    const { host } = new URL(request.url)
    const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
    const headers = { ...request.headers, 'X-Sdk-Date': date }
    const signed = Object.entries({ ...headers, Host: host })
      .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
      .sort(byName)
    const names = signed.map(([name]) => name).join(';')
    const canonical = await canonicalRequest(request, signed, names)
    const toSign = `SDK-HMAC-SHA256\n${date}\n${await sha256(canonical)}`
    const signature = await crypto.subtle.sign('HMAC', await key, utf8.encode(toSign))
    return {
      ...request,
      headers: {
        ...headers,
        Authorization: `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=${names}, Signature=${hex(signature)}`,
      },
    }
  }
}

/** Percent-encodes all but letters, digits and `-._~`. Source: RFC 3986 §2.3. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

async function canonicalRequest(
  { method, url, body }: OutgoingRequest,
  headers: readonly (readonly [string, string])[],
  names: string,
): Promise<string> {
  const { pathname, searchParams } = new URL(url)
  const path = pathname
    .split('/')
    .map((segment) => percentEncode(decodeURIComponent(segment)))
    .join('/')
  const query = [...searchParams]
    .sort(([a, x], [b, y]) => byName([a], [b]) || byName([x], [y]))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&')
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const withSlash = path.endsWith('/') ? path : `${path}/`
  return `${method}\n${withSlash}\n${query}\n${lines}\n${names}\n${await sha256(body ?? '')}`
}

function importKey(secretKey: string) {
  const { subtle } = crypto
  if (subtle === undefined) {
    throw misconfigured('', 'Requests are signed only on pages from HTTPS or from this machine.')
  }
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return subtle.importKey('raw', utf8.encode(secretKey), algorithm, false, ['sign'])
}

async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', utf8.encode(text)))
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function byName(
  [a]: readonly [string, ...unknown[]],
  [b]: readonly [string, ...unknown[]],
): number {
  return a < b ? -1 : a > b ? 1 : 0
}
