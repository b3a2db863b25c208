import type { Chance } from './seeded-chance.ts'

const WORDS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '0',
  '1e999',
  '99999999999999999999',
  '../..',
  '%00',
  '%',
  '%zz',
  "' or 1=1 --",
  '*',
  '𝕏\ud800',
  '\r\n',
  ';',
  ',',
  '=',
  '/',
  '"',
  '{',
  '[',
  'null',
]

/** Bytes of a good input with something wrong: bits, bytes, runs, lengths; sometimes only noise. */
export function mutateBytes(chance: Chance, good: Buffer): Buffer {
  if (chance.oneIn(16)) return chance.bytes(chance.below(2 * good.length + 8))
  let bytes: Buffer = Buffer.from(good)
  for (let left = 1 + chance.below(4); left > 0; left--) bytes = mutateOnce(chance, bytes)
  return bytes
}

function mutateOnce(chance: Chance, bytes: Buffer): Buffer {
  const at = chance.below(bytes.length + 1)
  const from = chance.below(bytes.length + 1)
  const end = Math.min(bytes.length, from + chance.below(32))
  switch (chance.below(7)) {
    case 0: {
      const flipped = Buffer.from(bytes)
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << chance.below(8))
      return flipped
    }
    case 1: {
      const changed = Buffer.from(bytes)
      if (at < changed.length)
        changed[at] = chance.pick([0, 1, 0x7f, 0x80, 0xff, chance.below(256)])
      return changed
    }
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)])
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, end), bytes.subarray(at)])
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at),
        chance.bytes(chance.below(9)),
        bytes.subarray(at),
      ])
    default:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(chance.pick(WORDS)),
        bytes.subarray(at),
      ])
  }
}

/** The same of a text; letters are changed, not their bytes. */
export function mutateText(chance: Chance, good: string): string {
  return mutateBytes(chance, Buffer.from(good, 'latin1')).toString('latin1')
}

/** Any JSON value; `words` are names and texts that it may have. */
export function anyJson(chance: Chance, words: readonly string[], depth = 3): unknown {
  const kind = chance.below(depth > 0 ? 9 : 6)
  if (kind === 0) return chance.pick([null, true, false])
  if (kind === 1) return chance.pick([-1, 0, 1.5, 1e308, 2 ** 53, chance.below(5000)])
  if (kind === 2) return chance.pick(WORDS)
  if (kind === 3) return mutateText(chance, chance.pick(words))
  if (kind === 4) return 'x'.repeat(chance.below(300))
  if (kind === 5) return chance.pick(words)
  if (kind < 7) {
    return Array.from({ length: chance.below(4) }, () => anyJson(chance, words, depth - 1))
  }
  const members: Record<string, unknown> = {}
  for (let left = chance.below(5); left > 0; left--) {
    members[chance.pick(words)] = anyJson(chance, words, depth - 1)
  }
  return members
}
