import { createPrivateKey, createPublicKey } from 'node:crypto'
import { type KeySpec, specOf } from '../core/key-specs.ts'
import type { AsymmetricKey, PublicKey } from './asymmetric-key.ts'
import type { DataCipher } from './data-cipher.ts'
import { ecKey, ecPublicKey } from './ec-key.ts'
import { generatePair } from './key-pair.ts'
import { hmacKey, type MacKey } from './mac-key.ts'
import { messageKey, messagePublicKey } from './message-key.ts'
import { rsaKey, rsaPublicKey } from './rsa-key.ts'
import { SecretBytes } from './secret-bytes.ts'
import { sm2PointOfSpki, sm2ScalarOf } from './sm2.ts'
import { sm2Key, sm2PublicKey } from './sm2-key.ts'
import { sm4Gcm } from './sm4-gcm.ts'
import { xaes256Gcm } from './xaes-256-gcm.ts'

interface Suite {
  /** Written into every cipher text; never given to another algorithm. */
  readonly id: number
  readonly load: (material: SecretBytes, suiteId: number) => DataCipher
}

/** What encrypts under a symmetric key of each spec. */
export const SUITES = {
  AES_256: { id: 1, load: xaes256Gcm },
  SM4: { id: 2, load: sm4Gcm },
} as const satisfies Partial<Record<KeySpec, Suite>>

/** A key version that is ready for use. */
export type LoadedVersion = DataCipher | AsymmetricKey | MacKey

/** Fresh material for a key of this spec: bytes, or a private key as PKCS #8 in DER. */
export async function generateMaterial(spec: KeySpec): Promise<SecretBytes> {
  const { material } = specOf(spec)
  if (material.kind === 'bytes') return SecretBytes.random(material.bytes)
  return (await generatePair(material)).privateKey
}

/** Fresh material for a key of this spec where that is random bytes; undefined for key pairs. */
export function generateBytes(spec: KeySpec): SecretBytes | undefined {
  const { material } = specOf(spec)
  return material.kind === 'bytes' ? SecretBytes.random(material.bytes) : undefined
}

/** A key version from its material, which may be wiped afterwards. */
export function loadMaterial(spec: KeySpec, material: SecretBytes): LoadedVersion {
  const { family } = specOf(spec)
  switch (family) {
    case 'symmetric':
      return loadCipher(spec, material)
    case 'mac':
      return hmacKey(material)
    case 'asymmetric':
      return loadPrivateKey(spec, material)
    default:
      throw family satisfies never
  }
}

/** The cipher of a version of a symmetric key; `material` may be wiped afterwards. */
export function loadCipher(spec: KeySpec, material: SecretBytes): DataCipher {
  const suite: Suite | undefined = (SUITES as Partial<Record<KeySpec, Suite>>)[spec] // by whatever spec
  if (suite === undefined) throw new Error(`${spec} is not symmetric`)
  return suite.load(material, suite.id)
}

/** The private key of a version; `material` may be wiped afterwards. */
export function loadPrivateKey(spec: KeySpec, material: SecretBytes): AsymmetricKey {
  const kind = specOf(spec).material
  if (kind.kind === 'bytes') throw new Error(`${spec} is no key pair`)
  if (kind.kind === 'ec' && kind.curve === 'SM2') {
    const scalar = material.lend(sm2ScalarOf)
    if (scalar === undefined) throw new Error('not the private key of an SM2 key')
    return sm2Key(new SecretBytes(Buffer.from(scalar)))
  }
  const privateKey = material.lend((bytes) =>
    createPrivateKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs8' }),
  )
  switch (kind.kind) {
    case 'rsa':
      return rsaKey(privateKey)
    case 'ec':
      if (kind.curve === 'SM2') throw new Error('handled above')
      return ecKey(privateKey, kind.curve)
    case 'ed25519':
    case 'ml-dsa':
      return messageKey(privateKey, kind.kind)
    default:
      throw kind satisfies never
  }
}

/**
 * The public half of a key of this spec.
 *
 * @param spki SubjectPublicKeyInfo in DER.
 */
export function loadPublicKey(spec: KeySpec, spki: Uint8Array): PublicKey {
  const kind = specOf(spec).material
  if (kind.kind === 'bytes') throw new Error(`${spec} is no key pair`)
  if (kind.kind === 'ec' && kind.curve === 'SM2') {
    const point = sm2PointOfSpki(spki)
    if (point === undefined) throw new Error('not the public key of an SM2 key')
    return sm2PublicKey(point)
  }
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  switch (kind.kind) {
    case 'rsa':
      return rsaPublicKey(publicKey)
    case 'ec':
      if (kind.curve === 'SM2') throw new Error('handled above')
      return ecPublicKey(publicKey, kind.curve)
    case 'ed25519':
    case 'ml-dsa':
      return messagePublicKey(publicKey)
    default:
      throw kind satisfies never
  }
}
