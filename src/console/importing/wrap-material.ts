import { fromBase64, toBase64, toHex } from './encodings.ts'
import { wrapWithPadding } from './key-wrap.ts'

/** Material on its way to the server: what is sent instead of it. */
export interface WrappedMaterial {
  /** Base64. */
  readonly encrypted_key_material: string
  /** Base64; of a private key, which is too long to be wrapped directly. */
  readonly encrypted_privatekey?: string
  /** SHA-256 of the public key that it was wrapped with, in hexadecimal. */
  readonly wrappedFor: string
}

/**
 * Wraps material for the server whose import key is `publicKey` (SubjectPublicKeyInfo in DER, Base64):
 * RSAES-OAEP with SHA-256; a private key by a key of its own (AES key wrap with padding), which is
 * wrapped so. Whoever calls it wipes `material`.
 */
export async function wrapMaterial(
  publicKey: string,
  material: Uint8Array<ArrayBuffer>,
  isPrivateKey: boolean,
): Promise<WrappedMaterial> {
  const spki = fromBase64(publicKey)
  const wrappedFor = toHex(await crypto.subtle.digest('SHA-256', spki))
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('spki', spki, algorithm, false, ['encrypt'])
  const wrapDirectly = async (secret: Uint8Array<ArrayBuffer>) =>
    toBase64(await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, key, secret))
  if (!isPrivateKey) return { encrypted_key_material: await wrapDirectly(material), wrappedFor }
  const between = crypto.getRandomValues(new Uint8Array(32))
  try {
    return {
      encrypted_key_material: await wrapDirectly(between),
      encrypted_privatekey: toBase64(await wrapWithPadding(between, material)),
      wrappedFor,
    }
  } finally {
    between.fill(0)
  }
}

/** Whether this browser lets the page wrap: it does so only over HTTPS, and on the machine itself. */
export function canWrap(): boolean {
  return globalThis.isSecureContext && globalThis.crypto?.subtle !== undefined
}
