import { createPublicKey, type webcrypto } from 'node:crypto'
import { type AttributeName, KEY_TYPES } from './attributes.ts'
import { ulongAt } from './c-memory.ts'
import { CURVES } from './token-key-specs.ts'
import type { ObjectHandle, TokenSession } from './token-session.ts'

const MAX_MODULUS_BYTES = 1024
const MAX_SMALL_BYTES = 256
const UNCOMPRESSED = 0x04

/**
 * SubjectPublicKeyInfo of a public key object, in DER.
 *
 * @throws when the token does not tell its parts, or they are no key.
 */
export function readPublicKey(session: TokenSession, object: ObjectHandle): Buffer {
  const keyType = Number(ulongAt(part('CKA_KEY_TYPE', 8), 0))
  const key = keyType === KEY_TYPES.rsa ? rsaKey() : ecKey()
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'der' })

  function rsaKey(): webcrypto.JsonWebKey {
    return {
      kty: 'RSA',
      n: part('CKA_MODULUS', MAX_MODULUS_BYTES).toString('base64url'),
      e: part('CKA_PUBLIC_EXPONENT', MAX_SMALL_BYTES).toString('base64url'),
    }
  }

  function ecKey(): webcrypto.JsonWebKey {
    const parameters = part('CKA_EC_PARAMS', MAX_SMALL_BYTES)
    const known = Object.entries(CURVES).find(([, row]) => row.parameters.equals(parameters))
    if (known === undefined) throw new Error('the key is on no curve that we know')
    const [crv, { coordinateBytes }] = known
    const point = part('CKA_EC_POINT', MAX_SMALL_BYTES)
    // A DER octet string that holds the point (PKCS #11 v3.0, current mechanisms §2.3.3); older modules omit its header.
    const start = point.length - 1 - 2 * coordinateBytes
    if ((start !== 0 && start !== 2) || point[start] !== UNCOMPRESSED) {
      throw new Error('the point of the key has a form that we do not know')
    }
    const x = point.subarray(start + 1, start + 1 + coordinateBytes)
    const y = point.subarray(start + 1 + coordinateBytes)
    return { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') }
  }

  function part(name: AttributeName, maxBytes: number): Buffer {
    const value = session.read(object, name, maxBytes)
    if (value === undefined) throw new Error(`the token does not tell ${name}`)
    return value
  }
}
