import type { TokenHash, TokenSigning } from '../ports/key-token.ts'
import { packRows, ulongs } from './c-memory.ts'

/*
 * Mechanisms, by which the token is told what to compute. Source: PKCS #11 v3.0, current mechanisms,
 * the sections on RSA, elliptic curves, AES, generic secret keys and SHA-2; `pkcs11t.h` for the numbers.
 */

/** How keys are made, and what they are used with. */
export const MECHANISMS = {
  CKM_RSA_PKCS_KEY_PAIR_GEN: 0x0,
  CKM_RSA_PKCS: 0x1,
  CKM_RSA_PKCS_PSS: 0xd,
  CKM_GENERIC_SECRET_KEY_GEN: 0x350,
  CKM_EC_KEY_PAIR_GEN: 0x1040,
  CKM_ECDSA: 0x1041,
  CKM_AES_KEY_GEN: 0x1080,
  CKM_AES_ECB: 0x1081,
} as const

/** A mechanism's name. */
export type MechanismName = keyof typeof MECHANISMS

const HASHES = {
  sha256: {
    digestBytes: 32,
    mechanism: 0x250,
    hmac: 0x251,
    mgf1: 2,
    digestInfo: '3031300d060960864801650304020105000420',
  },
  sha384: {
    digestBytes: 48,
    mechanism: 0x260,
    hmac: 0x261,
    mgf1: 3,
    digestInfo: '3041300d060960864801650304020205000430',
  },
  sha512: {
    digestBytes: 64,
    mechanism: 0x270,
    hmac: 0x271,
    mgf1: 4,
    digestInfo: '3051300d060960864801650304020305000440',
  },
} as const satisfies Record<TokenHash, object>

const DIGEST_LENGTHS: readonly number[] = Object.values(HASHES).map((row) => row.digestBytes)

/** A mechanism without parameters, as a CK_MECHANISM. */
export function plainMechanism(name: MechanismName): Buffer {
  return mechanism(MECHANISMS[name])
}

/** HMAC with a hash, as a CK_MECHANISM. */
export function hmacMechanism(hash: TokenHash): Buffer {
  return mechanism(HASHES[hash].hmac)
}

/** How to have a digest signed: a CK_MECHANISM, and the bytes that it takes. */
export interface SigningInput {
  readonly mechanism: Buffer
  readonly data: Uint8Array
}

/**
 * What makes the token sign a digest. PKCS #1 v1.5 signs DigestInfo, whose header stands in RFC 8017
 * §9.2, note 1; the parameters of PSS are CK_RSA_PKCS_PSS_PARAMS, `hash (8) ‖ MGF (8) ‖ salt length (8)`.
 *
 * @throws when the digest is not as long as its hash: padding would lend it a meaning it has not.
 */
export function signingInput(algorithm: TokenSigning, digest: Uint8Array): SigningInput {
  if (algorithm.kind === 'ecdsa') {
    if (!DIGEST_LENGTHS.includes(digest.length)) throw new Error('no digest has that length')
    return { mechanism: plainMechanism('CKM_ECDSA'), data: digest }
  }
  const row = HASHES[algorithm.hash]
  if (digest.length !== row.digestBytes) throw new Error('the digest is not as long as its hash')
  switch (algorithm.kind) {
    case 'rsa-pkcs1':
      return {
        mechanism: plainMechanism('CKM_RSA_PKCS'),
        data: Buffer.concat([Buffer.from(row.digestInfo, 'hex'), digest]),
      }
    case 'rsa-pss': {
      const parameters = ulongs(row.mechanism, row.mgf1, row.digestBytes)
      return { mechanism: mechanism(MECHANISMS.CKM_RSA_PKCS_PSS, parameters), data: digest }
    }
  }
  algorithm satisfies never
  throw new Error('no such way to sign')
}

function mechanism(type: number, parameters: Uint8Array = Buffer.alloc(0)): Buffer {
  return packRows([{ type, value: parameters }])
}
