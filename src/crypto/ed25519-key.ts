import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SecretBytes } from './secret-bytes.ts'

/** DER of an Ed25519 private key up to its 32-byte seed. Source: RFC 8410 §7. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The Ed25519 private key of a seed of 32 bytes. Source: RFC 8032 §5.1.5. */
export function ed25519Key(seed: SecretBytes): KeyObject {
  return seed.lend((bytes) => {
    const der = Buffer.concat([PKCS8_PREFIX, bytes])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    der.fill(0)
    return key
  })
}

/** DER of an Ed25519 public key up to its 32 bytes. Source: RFC 8410 §4. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** The Ed25519 public key of 32 bytes. Source: RFC 8032 §5.1.5. */
export function ed25519PublicKey(bytes: Uint8Array): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, bytes])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

/** The 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length)
}

/** An Ed25519 public key with its id. */
export interface NamedPublicKey {
  /** See {@link ed25519KeyId}. */
  readonly id: string
  readonly key: KeyObject
}

/** Id of an Ed25519 key, public or private: its JWK thumbprint, SHA-256, base64url. Source: RFC 7638, RFC 8037 §2. */
export function ed25519KeyId(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const { crv, kty, x } = publicKey.export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
}

/** A public key, or the public half of a private one, SubjectPublicKeyInfo as PEM. Source: RFC 8410 §4. */
export function publicPemOf(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ format: 'pem', type: 'spki' }).toString()
}

const PEM = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----/g

/**
 * The Ed25519 public keys in a text of one or more PEM blocks; what stands between them is passed over.
 * Keys of other kinds are none of ours. Source: RFC 7468 §5.2.
 */
export function publicKeysIn(text: string): readonly NamedPublicKey[] {
  const found: NamedPublicKey[] = []
  for (const [pem] of text.matchAll(PEM)) {
    const key = readPem(pem)
    if (key?.asymmetricKeyType === 'ed25519') found.push({ id: ed25519KeyId(key), key })
  }
  return found
}

function readPem(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}
