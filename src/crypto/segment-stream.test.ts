import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { SecretBytes } from './secret-bytes.ts'
import {
  openStream,
  type StreamParameters,
  sealStream,
  streamHeaderBytes,
} from './segment-stream.ts'

const SMALL: StreamParameters = { hash: 'sha256', derivedKeyBytes: 32, segmentBytes: 88 }
const KEY = Buffer.alloc(32, 0x4b)
const secret = (bytes: Uint8Array) => new SecretBytes(Uint8Array.from(bytes))

/** A whole stream in one piece; undefined when any of it is refused. */
function openWhole(
  key: Uint8Array,
  associatedData: Uint8Array,
  cipherText: Buffer,
  parameters: StreamParameters,
): Buffer | undefined {
  const headerBytes = streamHeaderBytes(parameters)
  const header = cipherText.subarray(0, headerBytes)
  const stream = openStream(secret(key), associatedData, header, parameters)
  const plaintexts: Buffer[] = []
  for (let at = headerBytes, end = parameters.segmentBytes; ; end += parameters.segmentBytes) {
    const isLast = end >= cipherText.length
    const plaintext = stream?.open(cipherText.subarray(at, end), isLast)
    if (plaintext === undefined) return undefined
    plaintexts.push(plaintext)
    if (isLast) return Buffer.concat(plaintexts)
    at = end
  }
}

function sealWhole(
  key: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
  parameters: StreamParameters,
): Buffer {
  const stream = sealStream(secret(key), associatedData, parameters)
  const parts: Uint8Array[] = [stream.header]
  for (let at = 0, end = stream.firstPlaintextBytes; ; end += stream.plaintextBytes) {
    const isLast = end >= plaintext.length
    parts.push(...stream.seal(plaintext.subarray(at, end), isLast))
    if (isLast) return Buffer.concat(parts)
    at = end
  }
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

describe('a stream in segments', () => {
  // Source: tink-java, AesGcmHkdfStreamingTestUtil; Tink's cross-language tests.
  test('the published vector of Tink', () => {
    const cipherText = Buffer.from(
      '1893b3af5e14ab378d065addfc8484da642c0862877baea8' +
        'db92d9c77406a406168478821c4298eab3e6d531277f4c1a051714faebcaefcbca7b7be05e9445ea' +
        'a0bb2904153398a25084dd80ae0edcd1c3079fcea2cd3770630ee36f7539207b' +
        '8ec9d754956d486b71cdf989f0ed6fba6779b63558be0a66e668df14e1603cd2' +
        'af8944844078345286d0b292e772e7190775c51a0f83e40c0b75821027e7e538e111',
      'hex',
    )
    const key = Buffer.from('6eb56cdc726dfbe5d57f2fcdc6e9345b', 'hex')
    const parameters = { hash: 'sha1', derivedKeyBytes: 16, segmentBytes: 64 } as const
    assert.equal(
      openWhole(key, Buffer.from('aad'), cipherText, parameters)?.toString(),
      'This is a fairly long plaintext. It is of the exact length to create three output blocks. ',
    )
  })

  const vectors = JSON.parse(readFileSync('test/data/tink-streams.json', 'utf8'))
  for (const vector of vectors.streams) {
    const { segmentBytes, plaintextBytes } = vector
    test(`what Tink made: ${plaintextBytes} bytes in segments of ${segmentBytes}`, () => {
      const [key, associatedData, cipherText] = ['key', 'associatedData', 'ciphertext'].map(
        (member) => Buffer.from(vector[member], 'hex'),
      ) as [Buffer, Buffer, Buffer]
      const parameters = { ...SMALL, segmentBytes }
      const expected = Buffer.from(Array.from({ length: plaintextBytes }, (_, i) => 13 * i + 5))
      assert.deepEqual(openWhole(key, associatedData, cipherText, parameters), expected)
      assert.equal(openWhole(key, Buffer.from('else'), cipherText, parameters), undefined)
    })
  }

  test('opening undoes sealing, at every length around the edges of segments', () => {
    fc.assert(
      fc.property(bytes(400), bytes(40), (plaintext, associatedData) => {
        const cipherText = sealWhole(KEY, associatedData, plaintext, SMALL)
        assert.deepEqual(openWhole(KEY, associatedData, cipherText, SMALL), Buffer.from(plaintext))
      }),
    )
    for (let length = 0; length <= 3 * SMALL.segmentBytes; length++) {
      const plaintext = Buffer.alloc(length, length)
      assert.deepEqual(openWhole(KEY, KEY, sealWhole(KEY, KEY, plaintext, SMALL), SMALL), plaintext)
    }
  })

  test('a flipped bit is refused, wherever it is', () => {
    const cipherText = sealWhole(KEY, KEY, Buffer.alloc(150, 1), SMALL)
    for (let bit = 0; bit < cipherText.length * 8; bit++) {
      const changed = Buffer.from(cipherText)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(openWhole(KEY, KEY, changed, SMALL), undefined, `bit ${bit}`)
    }
  })

  test('a cut is refused, wherever it is, and so is anything that follows', () => {
    const cipherText = sealWhole(KEY, KEY, Buffer.alloc(250, 1), SMALL)
    for (let length = 0; length < cipherText.length; length++) {
      assert.equal(openWhole(KEY, KEY, cipherText.subarray(0, length), SMALL), undefined)
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (more) => {
        const longer = Buffer.concat([cipherText, more])
        assert.equal(openWhole(KEY, KEY, longer, SMALL), undefined)
      }),
    )
  })

  test('segments that are swapped, doubled, dropped or of another stream are refused', () => {
    const plaintext = Buffer.alloc(400, 1)
    const cut = (whole: Buffer) => {
      const segments: Buffer[] = []
      for (let at = 0; at < whole.length; at += SMALL.segmentBytes) {
        segments.push(whole.subarray(at, at + SMALL.segmentBytes))
      }
      return segments
    }
    const [a = KEY, b = KEY, c = KEY, ...rest] = cut(sealWhole(KEY, KEY, plaintext, SMALL))
    const [, other = KEY] = cut(sealWhole(KEY, KEY, plaintext, SMALL))
    const isOpened = (segments: readonly Buffer[]) =>
      openWhole(KEY, KEY, Buffer.concat(segments), SMALL) !== undefined
    assert.equal(isOpened([a, b, c, ...rest]), true)
    assert.equal(isOpened([a, c, b, ...rest]), false)
    assert.equal(isOpened([a, b, b, c, ...rest]), false)
    assert.equal(isOpened([a, c, ...rest]), false)
    assert.equal(isOpened([b, a, c, ...rest]), false)
    assert.equal(isOpened([a, other, c, ...rest]), false)
  })

  test('another key opens nothing', () => {
    const cipherText = sealWhole(KEY, KEY, KEY, SMALL)
    assert.equal(openWhole(Buffer.alloc(32, 1), KEY, cipherText, SMALL), undefined)
  })

  test('two streams of one key have nothing in common', () => {
    const [one, two] = [sealWhole(KEY, KEY, KEY, SMALL), sealWhole(KEY, KEY, KEY, SMALL)]
    assert.notDeepEqual(one.subarray(1, 33), two.subarray(1, 33))
    assert.notDeepEqual(one.subarray(40), two.subarray(40))
  })

  test('wrong use is a defect', () => {
    const stream = sealStream(secret(KEY), KEY, SMALL)
    assert.throws(() => stream.seal(Buffer.alloc(3), false), /is full/)
    assert.throws(() => stream.seal(Buffer.alloc(33), true), /is full/)
    stream.seal(Buffer.alloc(stream.firstPlaintextBytes), false)
    stream.seal(Buffer.alloc(0), true)
    assert.throws(() => stream.seal(Buffer.alloc(0), true), /over/)
    assert.throws(() => sealStream(secret(Buffer.alloc(31)), KEY, SMALL), /shorter/)
    assert.throws(() => sealStream(secret(KEY), KEY, { ...SMALL, segmentBytes: 56 }), /room/)
  })

  test('a stream that has ended has no key', () => {
    const sealing = sealStream(secret(KEY), KEY, SMALL)
    sealing.end()
    const [text, tag] = sealing.seal(KEY, true)
    const opening = openStream(secret(KEY), KEY, sealing.header, SMALL)
    assert.equal(opening?.open(Buffer.concat([text, tag]), true), undefined)
    opening?.end()
  })
})
