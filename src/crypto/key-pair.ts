import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { MaterialKind } from '../core/key-specs.ts'
import { SecretBytes } from './secret-bytes.ts'
import { inTurn } from './slow-work.ts'
import { sm2Generate, sm2Pkcs8, sm2ScalarOf, sm2Spki } from './sm2.ts'

/** A key pair as it travels. */
export interface KeyPair {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array
  /** PKCS #8 in DER. */
  readonly privateKey: SecretBytes
}

/** Material that is a key pair; a data key pair may also be on P-521. */
export type PairKind =
  | Exclude<MaterialKind, { readonly kind: 'bytes' }>
  | { readonly kind: 'ec'; readonly curve: 'secp521r1' }

const generateInPool = promisify(generateKeyPair)
const ENCODING = {
  publicKeyEncoding: { format: 'der', type: 'spki' },
  privateKeyEncoding: { format: 'der', type: 'pkcs8' },
} as const

/** A new key pair; what takes long is done in the thread pool. */
export async function generatePair(kind: PairKind): Promise<KeyPair> {
  if (kind.kind === 'ec' && kind.curve === 'SM2') {
    const { scalar, point } = sm2Generate()
    const privateKey = new SecretBytes(sm2Pkcs8(scalar))
    scalar.fill(0)
    return { publicKey: sm2Spki(point), privateKey }
  }
  const { publicKey, privateKey } = await generateByKind(kind)
  return { publicKey, privateKey: new SecretBytes(privateKey) }
}

async function generateByKind(kind: PairKind): Promise<{ publicKey: Buffer; privateKey: Buffer }> {
  switch (kind.kind) {
    case 'rsa':
      return inTurn(() => generateInPool('rsa', { modulusLength: kind.modulusBits, ...ENCODING }))
    case 'ec':
      return generateInPool('ec', { namedCurve: kind.curve, ...ENCODING })
    case 'ed25519':
      return generateInPool('ed25519', ENCODING)
    case 'ml-dsa':
      return generateInPool(kind.parameterSet, ENCODING)
    default:
      throw kind satisfies never
  }
}

/**
 * A private key that somebody brings, as PKCS #8 in DER, in the one form that is stored.
 *
 * @returns Undefined unless it is a valid private key of this very kind.
 */
export function normalisePrivateKey(kind: PairKind, pkcs8: Uint8Array): SecretBytes | undefined {
  if (kind.kind === 'ec' && kind.curve === 'SM2') {
    const scalar = sm2ScalarOf(pkcs8)
    return scalar && new SecretBytes(sm2Pkcs8(scalar))
  }
  let key: KeyObject
  try {
    key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
    createPublicKey(key as never) // a key without its public half is of no use
  } catch {
    return undefined
  }
  return isOfKind(key, kind)
    ? new SecretBytes(key.export({ format: 'der', type: 'pkcs8' }))
    : undefined
}

function isOfKind(key: KeyObject, kind: PairKind): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  switch (kind.kind) {
    case 'rsa':
      return (
        type === 'rsa' &&
        details?.modulusLength === kind.modulusBits &&
        (details.publicExponent ?? 0n) >= 65_537n
      )
    case 'ec':
      return type === 'ec' && details?.namedCurve === kind.curve
    case 'ed25519':
      return type === 'ed25519'
    case 'ml-dsa':
      return type === kind.parameterSet
    default:
      throw kind satisfies never
  }
}
