import type { TokenMemory } from '../ports/key-token.ts'
import { type AttributeName, blankAttribute, packTemplate, type Template } from './attributes.ts'
import { firstValue, ULONG_BYTES, ulongAt, ulongs } from './c-memory.ts'
import type { Cryptoki } from './cryptoki.ts'
import { plainMechanism } from './mechanisms.ts'
import { isFinalTry } from './pin-tries.ts'
import type { KeyRecipe } from './token-key-specs.ts'
import { tokenMemoryOf } from './token-memory.ts'

/** Length of CK_TOKEN_INFO, with its padding. Source: PKCS #11 v3.0, base specification §3.2. */
const TOKEN_INFO_BYTES = 208
/** Its first field: the label, padded with blanks. */
const TOKEN_LABEL_BYTES = 32
const CKF_RW_SESSION = 2n
const CKF_SERIAL_SESSION = 4n
const CKU_USER = 1n
const FOUND_AT_ONCE = 16
/** Longest signature or MAC: RSA with 4096 bits has 512 bytes. */
const MAX_SIGNATURE_BYTES = 1024

/** Number by which an open session knows an object. */
export type ObjectHandle = bigint

/** What a recipe made: the part to guard, and the public half of a pair. */
export interface MadeKey {
  readonly guarded: ObjectHandle
  readonly publicHalf: ObjectHandle | undefined
}

/** An open session with a token. Each call may throw a `CryptokiError`. */
export interface TokenSession {
  /** Objects found before, by what its user chooses. Another process may have destroyed them since. */
  readonly known: Map<string, ObjectHandle>
  /** All objects with these attributes. */
  readonly find: (template: Template) => readonly ObjectHandle[]
  /** Makes what the recipe says, with `more` attributes on each object. */
  readonly make: (recipe: KeyRecipe, more: Template) => MadeKey
  /** Value of an attribute; undefined when the token does not tell. */
  readonly read: (object: ObjectHandle, name: AttributeName, maxBytes: number) => Buffer | undefined
  readonly change: (object: ObjectHandle, template: Template) => void
  readonly destroy: (object: ObjectHandle) => void
  /** Ciphertext as long as `data`. */
  readonly encrypt: (mechanism: Buffer, key: ObjectHandle, data: Uint8Array) => Buffer
  /** A signature or a MAC. */
  readonly sign: (mechanism: Buffer, key: ObjectHandle, data: Uint8Array) => Buffer
  /** Memory for private objects; undefined when the token does not tell. */
  readonly memory: () => TokenMemory | undefined
  /** Ends all sessions of this process. */
  readonly close: () => void
}

/**
 * Opens a session with the token of a label and logs the user in.
 *
 * @param pin Is lent: the caller may wipe it afterwards.
 * @throws when not exactly one token has the label, or the token refuses.
 */
export function openTokenSession(
  cryptoki: Cryptoki,
  tokenLabel: string,
  pin: Uint8Array,
): TokenSession {
  cryptoki('C_Initialize', null)
  const opened = ulongs(0)
  const flags = CKF_RW_SESSION | CKF_SERIAL_SESSION
  const { slot, info } = slotOf(cryptoki, tokenLabel)
  // A person may risk it, and a right PIN ends this; a server must not lock a token by itself.
  if (isFinalTry(info)) {
    throw new Error('one wrong PIN more locks the token: log in to it by its own tool first')
  }
  cryptoki('C_OpenSession', slot, flags, null, null, opened)
  const session = ulongAt(opened, 0)
  cryptoki('C_Login', session, CKU_USER, pin, BigInt(pin.length))

  return {
    known: new Map(),

    find(template) {
      const { memory, count } = packTemplate(template)
      cryptoki('C_FindObjectsInit', session, memory, count)
      const found: ObjectHandle[] = []
      const handles = Buffer.alloc(FOUND_AT_ONCE * ULONG_BYTES)
      const number = ulongs(0)
      do {
        cryptoki('C_FindObjects', session, handles, BigInt(FOUND_AT_ONCE), number)
        for (let i = 0; i < ulongAt(number, 0); i++) found.push(ulongAt(handles, i))
      } while (ulongAt(number, 0) > 0n)
      cryptoki('C_FindObjectsFinal', session)
      return found
    },

    make(recipe, more) {
      const mechanism = plainMechanism(recipe.mechanism)
      const guarded = ulongs(0)
      if (recipe.kind === 'secret') {
        const { memory, count } = packTemplate({ ...recipe.template, ...more })
        cryptoki('C_GenerateKey', session, mechanism, memory, count, guarded)
        return { guarded: ulongAt(guarded, 0), publicHalf: undefined }
      }
      const publicHalf = ulongs(0)
      const open = packTemplate({ ...recipe.publicTemplate, ...more })
      const hidden = packTemplate({ ...recipe.privateTemplate, ...more })
      cryptoki(
        'C_GenerateKeyPair',
        session,
        mechanism,
        open.memory,
        open.count,
        hidden.memory,
        hidden.count,
        publicHalf,
        guarded,
      )
      return { guarded: ulongAt(guarded, 0), publicHalf: ulongAt(publicHalf, 0) }
    },

    read(object, name, maxBytes) {
      const memory = blankAttribute(name, maxBytes)
      cryptoki('C_GetAttributeValue', session, object, memory, 1n)
      return firstValue(memory)
    },

    change(object, template) {
      const { memory, count } = packTemplate(template)
      cryptoki('C_SetAttributeValue', session, object, memory, count)
    },

    destroy: (object) => cryptoki('C_DestroyObject', session, object),

    encrypt(mechanism, key, data) {
      cryptoki('C_EncryptInit', session, mechanism, key)
      const output = Buffer.alloc(data.length)
      const length = ulongs(output.length)
      cryptoki('C_Encrypt', session, data, BigInt(data.length), output, length)
      const text = filled(output, length)
      if (text.length !== data.length) throw new Error('the token encrypted to another length')
      return text
    },

    sign(mechanism, key, data) {
      cryptoki('C_SignInit', session, mechanism, key)
      const output = Buffer.alloc(MAX_SIGNATURE_BYTES)
      const length = ulongs(output.length)
      // An empty array has no address, and modules refuse NULL_PTR even for nothing.
      const pointed = data.length === 0 ? Buffer.alloc(1) : data
      cryptoki('C_Sign', session, pointed, BigInt(data.length), output, length)
      return filled(output, length)
    },

    memory() {
      const info = Buffer.alloc(TOKEN_INFO_BYTES)
      cryptoki('C_GetTokenInfo', slot, info)
      return tokenMemoryOf(info)
    },

    close: () => cryptoki('C_Finalize', null),
  }
}

/** A slot with a token, and the CK_TOKEN_INFO of that. */
interface FoundToken {
  readonly slot: bigint
  readonly info: Buffer
}

function slotOf(cryptoki: Cryptoki, tokenLabel: string): FoundToken {
  const withToken = 1
  const count = ulongs(0)
  cryptoki('C_GetSlotList', withToken, null, count)
  const slots = Buffer.alloc(Math.max(1, Number(ulongAt(count, 0))) * ULONG_BYTES)
  cryptoki('C_GetSlotList', withToken, slots, count)

  const matches: FoundToken[] = []
  for (let i = 0; i < ulongAt(count, 0); i++) {
    const info = Buffer.alloc(TOKEN_INFO_BYTES)
    cryptoki('C_GetTokenInfo', ulongAt(slots, i), info)
    const label = info.toString('utf8', 0, TOKEN_LABEL_BYTES).trimEnd()
    if (label === tokenLabel) matches.push({ slot: ulongAt(slots, i), info })
  }
  const [match] = matches
  if (match === undefined) throw new Error('no token has that label')
  if (matches.length > 1) throw new Error('more than one token has that label')
  return match
}

function filled(output: Buffer, length: Buffer): Buffer {
  const written = ulongAt(length, 0)
  if (written > output.length) throw new Error('the token claims to have written past the end')
  return Buffer.from(output.subarray(0, Number(written)))
}
