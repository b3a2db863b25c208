import { createCipheriv } from 'node:crypto'
import { type DataCipher, NONCE_BYTES } from './data-cipher.ts'
import { gcmDecrypt, gcmEncryptInto } from './gcm.ts'
import { fillRandom } from './random.ts'
import type { SecretBytes } from './secret-bytes.ts'

const KEY_BYTES = 32
const BLOCK_BYTES = 16
/** First bytes of the two blocks that a key is derived from: counter 1 and 2, label `X`, zero. */
const FIRST_BLOCK = [0, 1, 0x58, 0] as const
const SECOND_BLOCK = [0, 2, 0x58, 0] as const
const LABEL_BYTES = 4
const DERIVING_NONCE_BYTES = 12
/** An OpenSSL context with its key schedule, and what points to it. */
const MEMORY_BYTES = 2048

/**
 * XAES-256-GCM: AES-256-GCM under a key derived from the first half of a random 192-bit nonce. One
 * key may encrypt 2^80 messages with a collision risk below 2^-32.
 *
 * Source: C2SP, XAES-256-GCM.
 *
 * @param key 32 bytes; may be wiped afterwards.
 */
export function xaes256Gcm(key: SecretBytes, suiteId: number): DataCipher {
  return xaesWithNonces(key, suiteId, (target, at) => fillRandom(target, at, NONCE_BYTES))
}

/**
 * As {@link xaes256Gcm}, with nonces from `fillNonce`. Only tests of published vectors may call this:
 * a nonce that comes twice gives both messages away.
 */
export function xaesWithNonces(
  key: SecretBytes,
  suiteId: number,
  fillNonce: (target: Uint8Array, at: number) => void,
): DataCipher {
  if (key.length !== KEY_BYTES) throw new Error('an XAES-256-GCM key has 32 bytes')
  const ecb = key.lend((bytes) => createCipheriv('aes-256-ecb', bytes, null)).setAutoPadding(false)
  const template = xaesTemplate(ecb.update(new Uint8Array(BLOCK_BYTES)))
  const blocks = Buffer.alloc(2 * BLOCK_BYTES)

  /** Both blocks pass the block cipher in one call; the object stays and is never finalised. */
  function deriveKey(nonce: Uint8Array, at: number): Buffer {
    fillBlocks(blocks, template, nonce, at)
    return ecb.update(blocks)
  }

  return {
    kind: 'cipher',
    suiteId,
    memoryBytes: MEMORY_BYTES,
    encryptInto(target, at, plaintext, aad) {
      const { nonceAt } = at
      fillNonce(target, nonceAt)
      const derived = deriveKey(target, nonceAt)
      const iv = target.subarray(nonceAt + DERIVING_NONCE_BYTES, nonceAt + NONCE_BYTES)
      gcmEncryptInto('aes-256-gcm', derived, iv, target, at, plaintext, aad)
      derived.fill(0)
    },
    decrypt(nonce, tag, text, aad) {
      const derived = deriveKey(nonce, 0)
      const iv = nonce.subarray(DERIVING_NONCE_BYTES)
      const plaintext = gcmDecrypt('aes-256-gcm', derived, iv, tag, text, aad)
      derived.fill(0)
      return plaintext
    },
  }
}

/**
 * XAES-256-GCM whose key is in a token: it encrypts the two blocks from which the key of a message is
 * derived, and the message itself is encrypted here. Each answer serves one message.
 */
export interface RemoteXaes {
  readonly forEncryption: () => Promise<DataCipher>
  readonly forDecryption: (nonce: Uint8Array) => Promise<DataCipher>
}

/** As {@link xaes256Gcm}, with `encryptBlocks` in place of the key. */
export function remoteXaes(
  encryptBlocks: (blocks: Uint8Array) => Promise<Uint8Array>,
  suiteId: number,
): RemoteXaes {
  let template: Promise<Uint8Array> | undefined
  const forNonce = async (nonce: Uint8Array): Promise<DataCipher> => {
    template ??= encryptBlocks(new Uint8Array(BLOCK_BYTES)).then((block) =>
      xaesTemplate(Uint8Array.from(block)),
    )
    const blocks = new Uint8Array(2 * BLOCK_BYTES)
    try {
      fillBlocks(blocks, await template, nonce, 0)
    } catch (error) {
      template = undefined
      throw error
    }
    return cipherOfOneMessage(Buffer.from(await encryptBlocks(blocks)), nonce, suiteId)
  }
  return {
    forEncryption: () => {
      const nonce = new Uint8Array(NONCE_BYTES)
      fillRandom(nonce, 0, NONCE_BYTES)
      return forNonce(nonce)
    },
    forDecryption: forNonce,
  }
}

/** A cipher whose key was derived for one nonce: it encrypts one message, or decrypts that one. */
function cipherOfOneMessage(derived: Buffer, nonce: Uint8Array, suiteId: number): DataCipher {
  const iv = nonce.subarray(DERIVING_NONCE_BYTES)
  let isSpent = false
  const spend = () => {
    if (isSpent) throw new Error('a nonce serves one message')
    isSpent = true
  }
  return {
    kind: 'cipher',
    suiteId,
    memoryBytes: MEMORY_BYTES,
    encryptInto(target, at, plaintext, aad) {
      spend()
      target.set(nonce, at.nonceAt)
      gcmEncryptInto('aes-256-gcm', derived, iv, target, at, plaintext, aad)
      derived.fill(0)
    },
    decrypt(_nonce, tag, text, aad) {
      spend()
      const plaintext = gcmDecrypt('aes-256-gcm', derived, iv, tag, text, aad)
      derived.fill(0)
      return plaintext
    },
  }
}

/** What both blocks of a derivation begin as; wipes the encrypted zero block that it comes from. */
function xaesTemplate(encryptedZero: Uint8Array): Uint8Array {
  const mask = subkeyMask(encryptedZero)
  const template = derivationTemplate(mask)
  mask.fill(0)
  return template
}

/** The two blocks from which the key of a message with this nonce is derived. */
function fillBlocks(blocks: Uint8Array, template: Uint8Array, nonce: Uint8Array, at: number): void {
  for (let i = 0; i < LABEL_BYTES; i++) {
    blocks[i] = template[i] ?? 0
    blocks[i + BLOCK_BYTES] = template[i + BLOCK_BYTES] ?? 0
  }
  for (let i = 0; i < DERIVING_NONCE_BYTES; i++) {
    const byte = (nonce[at + i] ?? 0) ^ (template[LABEL_BYTES + i] ?? 0)
    blocks[LABEL_BYTES + i] = byte
    blocks[BLOCK_BYTES + LABEL_BYTES + i] = byte
  }
}

/** K1 of CMAC: the encrypted zero block doubled in GF(2^128). Source: NIST SP 800-38B §6.1. */
function subkeyMask(block: Uint8Array): Uint8Array {
  const mask = new Uint8Array(BLOCK_BYTES)
  let carry = 0
  for (let i = BLOCK_BYTES - 1; i >= 0; i--) {
    const byte = block[i] ?? 0
    mask[i] = ((byte << 1) | carry) & 0xff
    carry = byte >> 7
  }
  mask[BLOCK_BYTES - 1] = (mask[BLOCK_BYTES - 1] ?? 0) ^ (carry * 0x87)
  block.fill(0)
  return mask
}

/** Both blocks with an all-zero nonce, already masked: only the nonce remains to be added. */
function derivationTemplate(mask: Uint8Array): Uint8Array {
  const template = new Uint8Array(2 * BLOCK_BYTES)
  for (const [index, label] of [FIRST_BLOCK, SECOND_BLOCK].entries()) {
    for (let i = 0; i < BLOCK_BYTES; i++) {
      template[index * BLOCK_BYTES + i] = (mask[i] ?? 0) ^ (label[i] ?? 0)
    }
  }
  return template
}
