import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { ByteSink } from './byte-sink.ts'
import { streamSource } from './byte-source.ts'
import { encodeFileHeader, type FileHeader, readFileHeader } from './file-header.ts'
import { decryptStream, encryptStream } from './file-stream.ts'
import { RefusedFile } from './refused-file.ts'

const HEADER: FileHeader = {
  keyId: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
  wrappedKey: Buffer.alloc(124, 3),
  needsContext: false,
  segmentBytes: 1024,
}
const key = () => new SecretBytes(new Uint8Array(32).fill(7))

/** Bytes that come in pieces of odd lengths, as from a pipe. */
function source(bytes: Buffer) {
  async function* pieces() {
    for (let at = 0, length = 1; at < bytes.length; at += length, length = (length * 3) % 701) {
      yield Buffer.from(bytes.subarray(at, at + length))
    }
  }
  return streamSource(pieces())
}

function memory(): ByteSink & { readonly content: () => Buffer } {
  const parts: Buffer[] = []
  return {
    write: async (written) => {
      for (const part of written) parts.push(Buffer.from(part))
    },
    commit: async () => {},
    discard: async () => {},
    discardNow: () => {},
    content: () => Buffer.concat(parts),
  }
}

async function encrypt(plaintext: Buffer, header = HEADER): Promise<Buffer> {
  const sink = memory()
  let counted = 0
  const onBytes = (bytes: number) => {
    counted += bytes
  }
  await encryptStream({ source: source(plaintext), sink, key: key(), onBytes }, header)
  assert.equal(counted, plaintext.length)
  return sink.content()
}

async function decrypt(file: Buffer): Promise<Buffer> {
  const sink = memory()
  const from = source(file)
  const { header, bytes } = await readFileHeader(from)
  await decryptStream({ source: from, sink, key: key(), onBytes: () => {} }, header, bytes)
  return sink.content()
}

const refused = (file: Buffer, why?: string) =>
  assert.rejects(decrypt(file), (error) => error instanceof RefusedFile, why)

describe('an encrypted file', () => {
  test('opens again, at every length around the edges of segments', async () => {
    const first = 1024 - 40 - 16
    const other = 1024 - 16
    for (const edge of [0, first, first + other, first + 3 * other]) {
      for (const length of [edge - 1, edge, edge + 1].filter((n) => n >= 0)) {
        const plaintext = Buffer.alloc(length, 'keyturn ')
        assert.deepEqual(await decrypt(await encrypt(plaintext)), plaintext, `${length} bytes`)
      }
    }
  })

  test('says which key it is under, and whether more is needed', async () => {
    const header = { ...HEADER, needsContext: true }
    const read = await readFileHeader(source(await encrypt(Buffer.alloc(0), header)))
    assert.deepEqual({ ...read.header, wrappedKey: Buffer.from(read.header.wrappedKey) }, header)
  })

  test('is refused with any bit flipped, header included', async () => {
    const file = await encrypt(Buffer.alloc(1500, 1))
    for (let bit = 0; bit < file.length * 8; bit += bit < 250 * 8 ? 1 : 61) {
      const changed = Buffer.from(file)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await refused(changed, `bit ${bit}`)
    }
  })

  test('is refused when it was cut or goes on', async () => {
    const file = await encrypt(Buffer.alloc(2500, 1))
    for (let length = 0; length < file.length; length += length < 300 ? 1 : 31) {
      await refused(file.subarray(0, length), `${length} bytes`)
    }
    const headerBytes = encodeFileHeader(HEADER).length
    for (const segments of [1, 2]) await refused(file.subarray(0, headerBytes + segments * 1024))
    await refused(Buffer.concat([file, Buffer.alloc(1)]))
    await refused(Buffer.concat([file, file]))
  })

  test('is refused with segments swapped, doubled or of another file', async () => {
    const plaintext = Buffer.alloc(5000, 1)
    const [file, other] = [await encrypt(plaintext), await encrypt(plaintext)]
    const head = encodeFileHeader(HEADER).length
    const segment = (of: Buffer, n: number) => of.subarray(head + n * 1024, head + (n + 1) * 1024)
    const start = file.subarray(0, head + 1024)
    const rest = file.subarray(head + 3 * 1024)
    const join = (...parts: readonly Buffer[]) => Buffer.concat([start, ...parts, rest])
    assert.deepEqual(await decrypt(join(segment(file, 1), segment(file, 2))), plaintext)
    await refused(join(segment(file, 2), segment(file, 1)))
    await refused(join(segment(file, 1), segment(file, 1)))
    await refused(join(segment(file, 1), segment(other, 2)))
    await refused(Buffer.concat([other.subarray(0, head + 40), file.subarray(head + 40)]))
  })

  test('is refused when it is something else, saying so', async () => {
    await assert.rejects(decrypt(Buffer.from('-----BEGIN PGP MESSAGE-----')), /not a file that/)
    await assert.rejects(decrypt(Buffer.alloc(0)), /not a file that/)
    const newer = await encrypt(Buffer.alloc(0))
    newer[8] = 2
    await assert.rejects(decrypt(newer), /format 2/)
  })

  test('a header that could not be read again is not written', () => {
    const wrong: readonly Partial<FileHeader>[] = [
      { keyId: '' },
      { keyId: 'two words' },
      { wrappedKey: Buffer.alloc(1024) },
      { segmentBytes: 1023 },
      { segmentBytes: 2 ** 23 },
    ]
    for (const part of wrong) assert.throws(() => encodeFileHeader({ ...HEADER, ...part }))
  })

  test('what was written in format 1 opens for ever', async () => {
    const golden = readFileSync('test/golden/file-1.keyturn')
    assert.equal((await decrypt(golden)).toString(), 'What is kept must open.\n'.repeat(100))
  })

  test('a sink that fails ends the work, whatever is still being read', async () => {
    const sink = { ...memory(), write: async () => Promise.reject(new Error('no space left')) }
    const work = { source: source(Buffer.alloc(9000)), sink, key: key(), onBytes: () => {} }
    await assert.rejects(encryptStream(work, HEADER), /no space left/)
  })
})
