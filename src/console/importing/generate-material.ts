import type { KeySpec } from '../../client/index.ts'
import { specOf } from '../../core/key-specs.ts'

/** Names of curves as WebCrypto has them. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' }

/** Whether browsers can make material for keys of `spec`. */
export function canGenerate(spec: KeySpec): boolean {
  return generatorOf(spec) !== undefined
}

/**
 * Fresh material for a key of `spec`, made by the browser: random bytes, or a private key as PKCS #8 in
 * DER. Undefined when browsers have no such keys.
 */
export async function generateMaterial(
  spec: KeySpec,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return generatorOf(spec)?.()
}

function generatorOf(spec: KeySpec): (() => Promise<Uint8Array<ArrayBuffer>>) | undefined {
  const { material } = specOf(spec)
  switch (material.kind) {
    case 'bytes':
      return async () => crypto.getRandomValues(new Uint8Array(material.bytes))
    case 'rsa':
      return () =>
        privateKeyOf({
          name: 'RSASSA-PKCS1-v1_5',
          hash: 'SHA-256',
          modulusLength: material.modulusBits,
          publicExponent: Uint8Array.of(1, 0, 1),
        })
    case 'ec': {
      const namedCurve = CURVES[material.curve]
      return namedCurve === undefined
        ? undefined
        : () => privateKeyOf({ name: 'ECDSA', namedCurve })
    }
    case 'ed25519':
      return () => privateKeyOf({ name: 'Ed25519' })
    case 'ml-dsa':
      return undefined
    default:
      throw material satisfies never
  }
}

async function privateKeyOf(
  algorithm: RsaHashedKeyGenParams | EcKeyGenParams | { readonly name: 'Ed25519' },
): Promise<Uint8Array<ArrayBuffer>> {
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new Error('the browser made no pair of keys')
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
}
