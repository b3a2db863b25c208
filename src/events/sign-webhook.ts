import { createHmac } from 'node:crypto'
import { SecretBytes } from '../crypto/secret-bytes.ts'

/** What a secret begins with, so that it is known when it is found where it should not be. */
const PREFIX = 'whsec_'
/** Source: Standard Webhooks, "Signature scheme": 24 to 64 bytes. */
const MIN_SECRET_BYTES = 24
const MAX_SECRET_BYTES = 64

/** Headers of one attempt to deliver an event. */
export interface WebhookHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * Secrets in the text of a file, `whsec_` and base64, one a line; undefined when one is none, or when
 * there is none. Several are for the time in which a receiver goes from one to the next.
 */
export function parseWebhookSecrets(text: string): readonly SecretBytes[] | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  const given = lines.filter((line) => line !== '')
  const secrets = given.flatMap((line) => parseSecret(line) ?? [])
  return secrets.length > 0 && secrets.length === given.length ? secrets : undefined
}

/**
 * Headers that let a receiver know who sent a body, and when: HMAC-SHA-256 of `id.timestamp.body`,
 * one for each secret.
 *
 * Source: Standard Webhooks 1.0, "Webhook metadata", "Signature scheme".
 *
 * @param atSeconds Time of this attempt, seconds since 1970.
 */
export function signWebhook(
  secrets: readonly SecretBytes[],
  id: string,
  atSeconds: number,
  body: string,
): WebhookHeaders {
  const signatures = secrets.map((secret) =>
    secret.lend((bytes) =>
      createHmac('sha256', bytes).update(`${id}.${atSeconds}.${body}`).digest('base64'),
    ),
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(atSeconds),
    'webhook-signature': signatures.map((signature) => `v1,${signature}`).join(' '),
  }
}

function parseSecret(line: string): SecretBytes | undefined {
  const text = line.startsWith(PREFIX) ? line.slice(PREFIX.length) : ''
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  const isGood = bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES
  return isGood ? new SecretBytes(bytes) : undefined
}
