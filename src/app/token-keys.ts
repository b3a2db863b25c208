import { MAC_ALGORITHMS, type SigningAlgorithm, signingRowOf } from '../core/algorithms.ts'
import { fault } from '../core/fault.ts'
import type { Key } from '../core/key.ts'
import type { KeySpec } from '../core/key-specs.ts'
import { specOf } from '../core/key-specs.ts'
import { type AsymmetricKey, CANNOT } from '../crypto/asymmetric-key.ts'
import { equalInConstantTime, hashOf } from '../crypto/digest.ts'
import type { MacKey } from '../crypto/mac-key.ts'
import { loadPublicKey, SUITES } from '../crypto/suite.ts'
import { type RemoteXaes, remoteXaes } from '../crypto/xaes-256-gcm.ts'
import {
  type KeyToken,
  TOKEN_KEY_SPECS,
  TokenError,
  type TokenHash,
  type TokenKeySpec,
  type TokenSigning,
} from '../ports/key-token.ts'

const MEMORY_BYTES = 1024

/** A cipher whose key is inside a token: each message asks the token once. */
export interface TokenCipher extends RemoteXaes {
  readonly kind: 'token-cipher'
  /** What it costs in memory, in bytes, by estimate. */
  readonly memoryBytes: number
}

/** `spec` as one that tokens make, for a use that they support; undefined otherwise. */
export function tokenSpecOf(key: Pick<Key, 'spec' | 'usage'>): TokenKeySpec | undefined {
  const spec = TOKEN_KEY_SPECS.find((name) => name === key.spec)
  const isForSigning = key.usage === 'SIGN_VERIFY' || specOf(key.spec).family !== 'asymmetric'
  return isForSigning ? spec : undefined
}

/** What a token answers; its failures are those of a service behind this one. */
export async function askToken<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw error.kind === 'timeout'
      ? fault('upstream-timeout', {}, error)
      : fault('upstream-invalid', {}, error)
  }
}

/** A key version that lives and works inside a token. */
export async function loadTokenKey(
  token: KeyToken,
  spec: KeySpec,
  label: string,
): Promise<TokenCipher | AsymmetricKey | MacKey> {
  switch (specOf(spec).family) {
    case 'symmetric':
      return cipherInside(token, label)
    case 'mac':
      return macInside(token, label)
    default:
      return signerInside(token, spec, label)
  }
}

function cipherInside(token: KeyToken, label: string): TokenCipher {
  const xaes = remoteXaes(
    (blocks) => askToken(token.encryptBlocks(label, blocks)),
    SUITES.AES_256.id,
  )
  return { kind: 'token-cipher', memoryBytes: MEMORY_BYTES, ...xaes }
}

function macInside(token: KeyToken, label: string): MacKey {
  const generate: MacKey['generate'] = (algorithm, message) => {
    const { hash } = MAC_ALGORITHMS[algorithm]
    return askToken(token.mac(label, tokenHash(hash), message))
  }
  return {
    kind: 'mac',
    memoryBytes: MEMORY_BYTES,
    generate,
    verify: async (algorithm, message, mac) =>
      equalInConstantTime(await generate(algorithm, message), mac),
  }
}

/** Signs inside; verifies here, with the public key. */
async function signerInside(token: KeyToken, spec: KeySpec, label: string): Promise<AsymmetricKey> {
  const publicKey = await askToken(token.publicKey(label))
  return {
    ...CANNOT,
    ...loadPublicKey(spec, publicKey),
    kind: 'asymmetric',
    memoryBytes: MEMORY_BYTES,
    sign: (algorithm, { kind, bytes }) => {
      const { hash } = signingRowOf(algorithm)
      const digest = kind === 'digest' ? bytes : hashOf(tokenHash(hash), bytes)
      return askToken(token.sign(label, tokenSigning(algorithm), digest))
    },
  }
}

function tokenSigning(algorithm: SigningAlgorithm): TokenSigning {
  const { scheme, hash } = signingRowOf(algorithm)
  if (scheme === 'ecdsa') return { kind: 'ecdsa' }
  if (scheme !== 'rsa-pkcs1' && scheme !== 'rsa-pss') {
    throw new Error(`no token signs ${algorithm}`)
  }
  return { kind: scheme, hash: tokenHash(hash) }
}

function tokenHash(hash: string | undefined): TokenHash {
  if (hash === 'sha256' || hash === 'sha384' || hash === 'sha512') return hash
  throw new Error(`no token knows ${hash}`)
}
