import { constants, createPublicKey, type KeyObject, publicEncrypt, verify } from 'node:crypto'

/** Algorithms that a cluster may sign its tokens with. */
const TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA']
/** Shortest RSA modulus of a receiver or a signer. */
const MIN_MODULUS_BITS = 2048

/** A public key, as PEM or DER in base64, in its one PEM form; undefined when it is none. */
export function parsePublicKey(text: string): string | undefined {
  const key = readKey(text)
  return key && String(key.export({ format: 'pem', type: 'spki' }))
}

/** SubjectPublicKeyInfo in DER as PEM. */
export function publicKeyPem(spki: Uint8Array): string {
  return pem('PUBLIC KEY', spki)
}

/** PKCS #8 in DER as PEM. */
export function privateKeyPem(pkcs8: Uint8Array): string {
  return pem('PRIVATE KEY', pkcs8)
}

/**
 * Whether `signature` in base64 is one over the text, by the owner of the public key: ECDSA or
 * RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519.
 */
export function isAttested(publicKey: string, text: string, signature: string): boolean {
  const key = readKey(publicKey)
  if (key === undefined) return false
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  try {
    return verify(hash, Buffer.from(text), key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** Whether a service-account token was signed by the cluster and has not expired. */
export async function isClusterToken(
  publicKey: string,
  token: string,
  now: number,
): Promise<boolean> {
  const key = readKey(publicKey)
  if (key === undefined) return false
  const { jwtVerify } = await import('jose') // few servers ever need it
  try {
    await jwtVerify(token, key, {
      algorithms: TOKEN_ALGORITHMS,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    })
    return true
  } catch {
    return false
  }
}

/** Wraps a data key for a receiver with RSAES-OAEP, SHA-256; undefined when its key will not do. */
export function wrapForReceiver(spki: Uint8Array, dataKey: Uint8Array): Buffer | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'rsa' || !isLongEnough(key)) return undefined
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return publicEncrypt({ key, padding, oaepHash: 'sha256' }, dataKey)
  } catch {
    return undefined
  }
}

function readKey(text: string): KeyObject | undefined {
  try {
    const key = text.includes('-----BEGIN')
      ? createPublicKey({ key: text, format: 'pem' })
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    return isLongEnough(key) ? key : undefined
  } catch {
    return undefined
  }
}

function isLongEnough(key: KeyObject): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength
  return bits === undefined || bits >= MIN_MODULUS_BITS
}

function pem(label: string, der: Uint8Array): string {
  const lines = der.toBase64().replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}
