import { encodeIntegerPair } from '../crypto/der.ts'
import {
  MAX_TOKEN_INPUT_BYTES,
  TokenError,
  type TokenHash,
  type TokenKeySpec,
  type TokenMemory,
  type TokenSigning,
} from '../ports/key-token.ts'
import { type AttributeName, OBJECT_CLASSES } from './attributes.ts'
import { clearAway, destroyAll, findGuarded, findKey, namedBy, UNFINISHED } from './labels.ts'
import { hmacMechanism, plainMechanism, signingInput } from './mechanisms.ts'
import { keyRecipe, NEVER_LEFT } from './token-key-specs.ts'
import { readPublicKey } from './token-public-key.ts'
import type { ObjectHandle, TokenSession } from './token-session.ts'

/* The calls of the `KeyToken` port, in terms of a session. */

const BLOCK_BYTES = 16

/** What may be asked of the process that holds the session: the work, by name. */
export const TOKEN_CALLS = {
  makeKey(session: TokenSession, label: string, spec: TokenKeySpec): void {
    if (findGuarded(session, label).length > 0) {
      throw new TokenError('failed', 'the token has a key of that label already')
    }
    clearAway(session, label)
    const made = session.make(keyRecipe(spec), namedBy(label, UNFINISHED))
    try {
      checkNeverLeft(session, made.guarded)
      if (made.publicHalf !== undefined) session.change(made.publicHalf, { CKA_LABEL: label })
      session.change(made.guarded, { CKA_LABEL: label })
    } catch (cause) {
      try {
        destroyAll(session, label) // a step that failed may have taken effect
      } catch {
        // What is left is cleared away when the label is made again; the first error says more.
      }
      throw cause
    }
  },

  memory: (session: TokenSession): TokenMemory | undefined => session.memory(),

  hasKey: (session: TokenSession, label: string): boolean => findGuarded(session, label).length > 0,

  destroyKey: (session: TokenSession, label: string): void => destroyAll(session, label),

  publicKey(session: TokenSession, label: string): Uint8Array {
    findKey(session, label, OBJECT_CLASSES.privateKey)
    return readPublicKey(session, findKey(session, label, OBJECT_CLASSES.publicKey))
  },

  encryptBlocks(session: TokenSession, label: string, blocks: Uint8Array): Uint8Array {
    checkInput(blocks)
    if (blocks.length === 0 || blocks.length % BLOCK_BYTES !== 0) {
      throw new TokenError('failed', 'the input is not of whole blocks')
    }
    const key = findKey(session, label, OBJECT_CLASSES.secretKey)
    return session.encrypt(plainMechanism('CKM_AES_ECB'), key, blocks)
  },

  sign(
    session: TokenSession,
    label: string,
    algorithm: TokenSigning,
    digest: Uint8Array,
  ): Uint8Array {
    const { mechanism, data } = signingInput(algorithm, digest)
    const key = findKey(session, label, OBJECT_CLASSES.privateKey)
    const signature = session.sign(mechanism, key, data)
    return algorithm.kind === 'ecdsa' ? encodeIntegerPair(signature) : signature
  },

  mac(session: TokenSession, label: string, hash: TokenHash, message: Uint8Array): Uint8Array {
    checkInput(message)
    const key = findKey(session, label, OBJECT_CLASSES.secretKey)
    return session.sign(hmacMechanism(hash), key, message)
  },
} as const

/** A token that takes attributes lightly must not keep keys: better none than one that may leave. */
function checkNeverLeft(session: TokenSession, object: ObjectHandle): void {
  for (const [name, expected] of Object.entries(NEVER_LEFT)) {
    const value = session.read(object, name as AttributeName, 1) // `entries` forgets the names
    if (value?.length !== 1 || (value[0] !== 0) !== expected) {
      throw new TokenError('failed', `the token made a key whose ${name} is not ${expected}`)
    }
  }
}

function checkInput(input: Uint8Array): void {
  if (input.length > MAX_TOKEN_INPUT_BYTES) throw new TokenError('failed', 'the input is too long')
}
