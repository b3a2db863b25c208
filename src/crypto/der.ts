/*
 * The little of DER that signatures and cipher texts on curves need: sequences of integers and octet
 * strings. The reader takes the one canonical form of a value and nothing else, so that no second
 * form of a signature passes as another one. Source: ITU-T X.690 §8, §10, §11.
 */
const INTEGER = 0x02
const OCTETS = 0x04
const SEQUENCE = 0x30

/** A value within a sequence: a non-negative integer, big-endian, or an octet string. */
export type DerValue =
  | { readonly kind: 'integer'; readonly bytes: Uint8Array }
  | { readonly kind: 'octets'; readonly bytes: Uint8Array }

/** A sequence of values in DER. */
export function encodeSequence(values: readonly DerValue[]): Buffer {
  const parts = values.map((value) =>
    value.kind === 'integer'
      ? tagged(INTEGER, integerContent(value.bytes))
      : tagged(OCTETS, value.bytes),
  )
  return tagged(SEQUENCE, Buffer.concat(parts))
}

/**
 * The values of a sequence in DER, which must be all there is.
 *
 * @returns Integers without leading zeros; undefined when the bytes are anything else.
 */
export function decodeSequence(der: Uint8Array): readonly DerValue[] | undefined {
  const outer = readTagged(der, 0)
  if (outer === undefined || outer.tag !== SEQUENCE || outer.end !== der.length) return undefined
  const values: DerValue[] = []
  for (let at = outer.start; at < outer.end; ) {
    const inner = readTagged(der, at)
    if (inner === undefined) return undefined
    const bytes = der.subarray(inner.start, inner.end)
    if (inner.tag === INTEGER) {
      const isMinimal =
        bytes.length > 0 && !(bytes[0] === 0 && bytes.length > 1 && !isHigh(bytes[1]))
      if (!isMinimal || isHigh(bytes[0])) return undefined
      values.push({ kind: 'integer', bytes: bytes[0] === 0 ? bytes.subarray(1) : bytes })
    } else if (inner.tag === OCTETS) {
      values.push({ kind: 'octets', bytes })
    } else {
      return undefined
    }
    at = inner.end
  }
  return values
}

/** Two integers of `width` bytes each, one after the other, as a sequence. */
export function encodeIntegerPair(pair: Uint8Array): Buffer {
  const width = pair.length / 2
  return encodeSequence([
    { kind: 'integer', bytes: pair.subarray(0, width) },
    { kind: 'integer', bytes: pair.subarray(width) },
  ])
}

/** The reverse of {@link encodeIntegerPair}; undefined for what is not two integers that fit. */
export function decodeIntegerPair(der: Uint8Array, width: number): Buffer | undefined {
  const values = decodeSequence(der)
  const [first, second] = values ?? []
  if (values?.length !== 2 || first?.kind !== 'integer' || second?.kind !== 'integer') {
    return undefined
  }
  const left = leftPadded(first.bytes, width)
  const right = leftPadded(second.bytes, width)
  return left && right && Buffer.concat([left, right])
}

/** `bytes` with zeros before it to make `width`; undefined when it is longer. */
export function leftPadded(bytes: Uint8Array, width: number): Buffer | undefined {
  if (bytes.length > width) return undefined
  return Buffer.concat([Buffer.alloc(width - bytes.length), bytes])
}

function integerContent(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const trimmed = bytes.subarray(start)
  return isHigh(trimmed[0]) ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed
}

function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  let header: readonly number[]
  if (length < 0x80) header = [tag, length]
  else if (length < 0x100) header = [tag, 0x81, length]
  else header = [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}

function readTagged(der: Uint8Array, at: number) {
  const tag = der[at]
  const first = der[at + 1]
  if (tag === undefined || first === undefined) return undefined
  let start = at + 2
  let length = first
  if (first === 0x81 || first === 0x82) {
    const lengthBytes = first & 0x0f
    length = 0
    for (let i = 0; i < lengthBytes; i++) length = (length << 8) | (der[start++] ?? 0)
    if (length < (first === 0x81 ? 0x80 : 0x100)) return undefined
  } else if (first >= 0x80) {
    return undefined
  }
  const end = start + length
  return end <= der.length ? { tag, start, end } : undefined
}

function isHigh(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80
}
