/** What a caller binds a cipher text to: it opens only with the same again. */
export type CallerContext =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** Names are unique; their order does not matter. */
  | { readonly kind: 'pairs'; readonly pairs: readonly (readonly [string, string])[] }
  /** What it is bound to besides, and the SHA-256 of a PIN. */
  | { readonly kind: 'pinned'; readonly pinDigest: Uint8Array; readonly inner: CallerContext }

const NONE = Buffer.from([0])
const TEXT = 1
const PAIRS = 2
const PINNED = 3

/**
 * The bytes that stand for a context, the same for the same context and never the same for two:
 * a kind byte, then nothing, or the text in UTF-8, or each pair in order of the names' bytes, name
 * and value each as 32-bit big-endian length ‖ UTF-8; or a digest of 32 bytes and another context.
 *
 * @throws {Error} when a name comes twice
 */
export function canonicalContext(context: CallerContext): Buffer {
  switch (context.kind) {
    case 'none':
      return NONE
    case 'text': {
      const length = Buffer.byteLength(context.text)
      const bytes = Buffer.allocUnsafe(1 + length)
      bytes[0] = TEXT
      bytes.write(context.text, 1)
      return bytes
    }
    case 'pairs':
      return canonicalPairs(context.pairs)
    case 'pinned':
      return Buffer.concat([
        Buffer.from([PINNED]),
        context.pinDigest,
        canonicalContext(context.inner),
      ])
    default:
      throw context satisfies never
  }
}

function canonicalPairs(pairs: readonly (readonly [string, string])[]): Buffer {
  const sorted = pairs
    .map(([name, value]) => ({ name: Buffer.from(name), value: Buffer.from(value) }))
    .sort((a, b) => Buffer.compare(a.name, b.name))
  const parts: Buffer[] = [Buffer.from([PAIRS])]
  let previous: Buffer | undefined
  for (const { name, value } of sorted) {
    if (previous?.equals(name)) throw new Error('a name comes twice in an encryption context')
    previous = name
    parts.push(lengthOf(name), name, lengthOf(value), value)
  }
  return Buffer.concat(parts)
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32BE(bytes.length)
  return length
}
