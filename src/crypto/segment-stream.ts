import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { TAG_BYTES } from './data-cipher.ts'
import { gcmDecrypt } from './gcm.ts'
import { SecretBytes } from './secret-bytes.ts'

const PREFIX_BYTES = 7
const IV_BYTES = 12
/** A segment's number has 32 bits. */
const MAX_SEGMENTS = 2 ** 32
const NO_AAD = new Uint8Array(0)

/** Parameters of the construction, as Tink's keys have them. */
export interface StreamParameters {
  readonly hash: 'sha1' | 'sha256'
  /** Length of the salt and of the derived key in bytes. */
  readonly derivedKeyBytes: 16 | 32
  /** Length of a segment's cipher text with its tag, in bytes. */
  readonly segmentBytes: number
}

/** What one stream is made of, one segment after the other; the object counts them. */
export interface StreamSizes {
  /** Most plaintext of the first segment, in bytes: it makes room for the header. */
  readonly firstPlaintextBytes: number
  /** Most plaintext of the others, in bytes. */
  readonly plaintextBytes: number
}

/** Encrypts one stream. */
export interface StreamSealer extends StreamSizes {
  /** What the cipher text begins with: length (1) ‖ salt ‖ nonce prefix (7). */
  readonly header: Buffer
  /**
   * The next segment: cipher text of the length of `plaintext`, and tag (16). All but the last have
   * the most plaintext there may be; after the last there is none.
   */
  readonly seal: (plaintext: Uint8Array, isLast: boolean) => readonly [text: Buffer, tag: Buffer]
  /** Forgets the key. */
  readonly end: () => void
}

/** Decrypts one stream. */
export interface StreamOpener extends StreamSizes {
  /** Plaintext of the next segment, cipher text ‖ tag (16); undefined when it is not authentic. */
  readonly open: (segment: Uint8Array, isLast: boolean) => Buffer | undefined
  /** Forgets the key. */
  readonly end: () => void
}

/** Length of a stream's header in bytes. */
export function streamHeaderBytes(parameters: StreamParameters): number {
  return 1 + parameters.derivedKeyBytes + PREFIX_BYTES
}

/**
 * Begins to encrypt a stream of any length in segments, each with its own tag: AES-GCM under a key that
 * HKDF derives for this stream alone, with nonces of a random prefix, the segment's number and whether it
 * is the last. A segment that is changed, moved, doubled, left out or put in is refused, and so is a
 * stream that ends early or goes on.
 *
 * Salt and prefix have 39 random bytes, so one `key` may begin any number of streams; a stream has at
 * most 2^32 segments.
 *
 * Source: Tink, "AES-GCM-HKDF Streaming AEAD"; Hoang, Shen, "Security of Streaming Encryption in Google's
 * Tink Library", CCS 2020; RFC 5869; NIST SP 800-38D.
 *
 * @param key At least as long as the derived key; may be wiped afterwards.
 * @param associatedData Bound to every segment.
 */
export function sealStream(
  key: SecretBytes,
  associatedData: Uint8Array,
  parameters: StreamParameters,
): StreamSealer {
  const header = randomBytes(streamHeaderBytes(parameters))
  header[0] = header.length
  const derived = deriveKey(key, associatedData, header, parameters)
  const counter = segmentCounter(header)
  const { firstPlaintextBytes, plaintextBytes } = sizesOf(parameters)
  return {
    header,
    firstPlaintextBytes,
    plaintextBytes,
    seal(plaintext, isLast) {
      const most = counter.isFirst() ? firstPlaintextBytes : plaintextBytes
      if (plaintext.length > most || (plaintext.length < most && !isLast)) {
        throw new Error('a segment that is not the last is full')
      }
      const iv = counter.next(isLast)
      const cipher = derived.lend((bytes) => createCipheriv(gcmOf(parameters), bytes, iv))
      const text = cipher.update(plaintext)
      cipher.final()
      return [text, cipher.getAuthTag()]
    },
    end: () => derived.wipe(),
  }
}

/**
 * Begins to decrypt what {@link sealStream} made.
 *
 * @returns Undefined when `header` is not one of these parameters.
 */
export function openStream(
  key: SecretBytes,
  associatedData: Uint8Array,
  header: Uint8Array,
  parameters: StreamParameters,
): StreamOpener | undefined {
  if (header.length !== streamHeaderBytes(parameters) || header[0] !== header.length) {
    return undefined
  }
  const derived = deriveKey(key, associatedData, header, parameters)
  const counter = segmentCounter(header)
  return {
    ...sizesOf(parameters),
    open(segment, isLast) {
      const iv = counter.next(isLast)
      const textBytes = segment.length - TAG_BYTES
      if (textBytes < 0) return undefined
      const text = segment.subarray(0, textBytes)
      const tag = segment.subarray(textBytes)
      return derived.lend((bytes) => gcmDecrypt(gcmOf(parameters), bytes, iv, tag, text, NO_AAD))
    },
    end: () => derived.wipe(),
  }
}

function sizesOf(parameters: StreamParameters): StreamSizes {
  const plaintextBytes = parameters.segmentBytes - TAG_BYTES
  const firstPlaintextBytes = plaintextBytes - streamHeaderBytes(parameters)
  if (!(firstPlaintextBytes > 0)) throw new Error('a segment has room for its header and its tag')
  return { firstPlaintextBytes, plaintextBytes }
}

function gcmOf({ derivedKeyBytes }: StreamParameters): 'aes-128-gcm' | 'aes-256-gcm' {
  return derivedKeyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm'
}

function deriveKey(
  key: SecretBytes,
  associatedData: Uint8Array,
  header: Uint8Array,
  { hash, derivedKeyBytes }: StreamParameters,
): SecretBytes {
  if (key.length < derivedKeyBytes) throw new Error('a key is not shorter than what it derives')
  const salt = header.subarray(1, 1 + derivedKeyBytes)
  const derived = key.lend((bytes) => hkdfSync(hash, bytes, salt, associatedData, derivedKeyBytes))
  return new SecretBytes(new Uint8Array(derived))
}

/** Nonces of a stream: prefix (7) ‖ number of the segment (4) ‖ 1 for the last, 0 for others (1). */
function segmentCounter(header: Uint8Array) {
  const prefix = header.subarray(header.length - PREFIX_BYTES)
  let number = 0
  let isOver = false
  return {
    isFirst: () => number === 0,
    next(isLast: boolean): Buffer {
      if (isOver || number === MAX_SEGMENTS) throw new Error('the stream is over')
      isOver = isLast
      const iv = Buffer.alloc(IV_BYTES)
      iv.set(prefix)
      iv.writeUInt32BE(number++, PREFIX_BYTES)
      iv[IV_BYTES - 1] = isLast ? 1 : 0
      return iv
    },
  }
}
