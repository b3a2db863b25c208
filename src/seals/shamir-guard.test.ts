import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ROOT_KEY_BYTES } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { sealConformance } from '../ports/seal.conformance.ts'
import { makeRootKey, SealError } from '../ports/seal.ts'
import { parseGuarded } from './guarded-file.ts'
import { type Guard, guardedSeal } from './guarded-seal.ts'
import { newSharesGuard, sharesGuard } from './shamir-guard.ts'
import { ShareCollection, ShareError, type ShareProblem } from './share-collection.ts'
import { combineShares, parseShare, type Share, splitKey } from './shares.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-shamir-'))
let files = 0
const freshPath = () => join(folder, `root-${files++}.key`)
const fresh = () => SecretBytes.random(ROOT_KEY_BYTES)
after(() => rmSync(folder, { recursive: true }))

const secretOf = (text: string) => new SecretBytes(Buffer.from(text))
const textOf = (secret: SecretBytes) => secret.lend((bytes) => Buffer.from(bytes).toString())
const hexOf = (secret: SecretBytes) => secret.lend((bytes) => Buffer.from(bytes).toString('hex'))
const isError = (kind: SealError['kind']) => (error: unknown) =>
  error instanceof SealError && error.kind === kind
const isProblem = (problem: ShareProblem) => (error: unknown) => {
  assert.ok(error instanceof ShareError, String(error))
  assert.equal(error.problem, problem)
  return true
}

sealConformance('shamir', () => {
  const path = freshPath()
  let texts: readonly string[] = []
  const made = newSharesGuard({ threshold: 2, shares: 3 }, async (shares) => {
    texts = shares.map(textOf)
  })
  // As somebody who was handed shares comes back with them.
  const given: Guard = {
    ...made,
    recover: (id, parameters) =>
      sharesGuard(texts.slice(0, 2).map(secretOf)).recover(id, parameters),
  }
  return { first: guardedSeal({ path, guard: made }), again: guardedSeal({ path, guard: given }) }
})

/** A seal of a new root key, and its shares. */
async function sealed(threshold: number, shares: number) {
  const path = freshPath()
  let texts: readonly string[] = []
  const guard = newSharesGuard({ threshold, shares }, async (handed) => {
    texts = handed.map(textOf)
  })
  const root = await makeRootKey(guardedSeal({ path, guard }), fresh)
  guard.forget()
  const file = parseGuarded(path, readFileSync(path, 'utf8'))
  const by = (given: readonly string[]) =>
    guardedSeal({ path, guard: sharesGuard(given.map(secretOf)) })
  return { path, texts, root, file, by }
}

describe('the shamir seal', () => {
  test('any shares that are enough open it, in any order; fewer do not', async () => {
    const { texts, root, by } = await sealed(3, 5)
    assert.equal(new Set(texts).size, 5)
    const [a = '', b = '', c = '', d = '', e = ''] = texts
    for (const enough of [
      [a, b, c],
      [e, d, c],
      [b, e, a],
      [a, b, c, d, e],
    ]) {
      assert.equal((await by(enough).open()).id, root.id)
    }
    for (const few of [[], [a], [a, e]]) {
      await assert.rejects(by(few).open(), isError('wrong'))
    }
  })

  test('every set of shares of every size opens', async () => {
    const { texts, root, by } = await sealed(2, 4)
    for (let mask = 0; mask < 16; mask++) {
      const given = texts.filter((_, at) => (mask >> at) % 2 === 1)
      if (given.length < 2) await assert.rejects(by(given).open(), isError('wrong'))
      else assert.equal((await by(given).open()).id, root.id)
    }
  })

  test('a share that is cut, changed, foreign, forged or repeated is told at once, and changes nothing', async () => {
    const { texts, file } = await sealed(2, 3)
    const other = await sealed(2, 3)
    const collection = new ShareCollection(file.id, file.guard)
    const [first = '', second = ''] = texts
    collection.take(secretOf(`${first}\r\n`))
    const take = (text: string) => () => collection.take(secretOf(text))
    for (const text of ['', 'no share', second.slice(0, -1), second.slice(1), `${second}0`]) {
      assert.throws(take(text), isProblem('cut'), text)
    }
    for (let at = 0; at < second.length; at++) {
      const changed = second.slice(0, at) + (second[at] === '2' ? '3' : '2') + second.slice(at + 1)
      assert.throws(take(changed), isProblem('cut'), `character ${at}`)
    }
    assert.throws(take(other.texts[1] ?? ''), isProblem('foreign'))
    assert.throws(take(first), isProblem('repeated'))
    // Somebody who keeps a share knows the form, and makes a whole one.
    const forged = await splitKey(fresh(), file.id, { threshold: 2, shares: 3 })
    for (const { text } of forged) assert.throws(take(textOf(text)), isProblem('forged'))
    const beyond = await splitKey(fresh(), file.id, { threshold: 2, shares: 9 })
    assert.throws(take(textOf(beyond[8]?.text ?? fresh())), isProblem('forged'))
    assert.equal(collection.given, 1)
    collection.take(secretOf(second))
    assert.equal(collection.given, 2)
    collection.forget()
    assert.equal(collection.given, 0)
    await assert.rejects(collection.combine(), isError('wrong'))
  })

  test('the file holds no share, and its digests bring none nearer', async () => {
    const { path, texts, file } = await sealed(2, 3)
    const content = readFileSync(path, 'utf8')
    for (const text of texts) {
      const share = parseShare(secretOf(text))
      assert.ok(share !== undefined && !content.includes(text.split(':')[6] ?? text))
      assert.ok(content.includes(share.digest))
    }
    assert.deepEqual([file.guard['threshold'], file.guard['shares']], [2, 3])
  })

  test('new shares of the same root key: old ones are of another seal', async () => {
    const { texts, root, by } = await sealed(2, 2)
    const roots = await by(texts).unwrap()
    const path = freshPath()
    let renewed: readonly string[] = []
    const guard = newSharesGuard({ threshold: 2, shares: 4 }, async (handed) => {
      renewed = handed.map(textOf)
    })
    await guardedSeal({ path, guard }).initialise(roots)
    guard.forget()
    const at = (given: readonly string[]) =>
      guardedSeal({ path, guard: sharesGuard(given.map(secretOf)) })
    assert.equal((await at(renewed.slice(2)).open()).id, root.id)
    await assert.rejects(at(texts).open(), isProblem('foreign'))
  })

  test('a file made to fit a share that was given twice under two numbers is refused', async () => {
    const [made] = await splitKey(fresh(), 'a'.repeat(16), { threshold: 2, shares: 2 })
    assert.ok(made)
    const first = textOf(made.text)
    const second = first.replace(':1:2:2:', ':2:2:2:').replace(/:[0-9a-f]{16}$/, '')
    const digest = hash('sha256', second)
    const digests = `${made.digest} ${digest}`
    const collection = new ShareCollection('a'.repeat(16), { threshold: 2, shares: 2, digests })
    collection.take(secretOf(first))
    collection.take(secretOf(`${second}:${digest.slice(0, 16)}`))
    await assert.rejects(collection.combine(), isError('damaged'))
  })

  test('where shares cannot be handed out no seal is made', async () => {
    const path = freshPath()
    const guard = newSharesGuard({ threshold: 2, shares: 2 }, () =>
      Promise.reject(new Error('no paper')),
    )
    await assert.rejects(makeRootKey(guardedSeal({ path, guard }), fresh), /no paper/)
    assert.deepEqual(
      readdirSync(folder).filter((name) => path.endsWith(name)),
      [],
    )
  })

  test('a sharing that is none is refused, and so is a file that asks for one', async () => {
    for (const sharing of [
      { threshold: 1, shares: 3 },
      { threshold: 4, shares: 3 },
      { threshold: 2, shares: 17 },
    ]) {
      const guard = newSharesGuard(sharing, async () => undefined)
      await assert.rejects(guard.make('0'.repeat(16)), isError('wrong'))
    }
    const digest = 'a'.repeat(64)
    for (const parameters of [
      { threshold: 1, shares: 2, digests: `${digest} ${digest}` },
      { threshold: 2, shares: 3, digests: `${digest} ${digest}` },
      { threshold: 2, shares: 2, digests: `${digest} x` },
      { threshold: 2, shares: 2 },
      {},
    ]) {
      assert.throws(() => new ShareCollection('0'.repeat(16), parameters), isError('damaged'))
    }
  })
})

describe('the package that splits', () => {
  // Multiplication in GF(2^8) with x^8 + x^4 + x^3 + x + 1, bit by bit. Source: FIPS 197 §4.2.
  const times = (a: number, b: number): number => {
    let product = 0
    for (let x = a, y = b; y > 0; y >>= 1) {
      if (y & 1) product ^= x
      x = x & 0x80 ? ((x << 1) ^ 0x11b) & 0xff : x << 1
    }
    return product
  }
  const inverse = (a: number): number => {
    for (let b = 1; b < 256; b++) if (times(a, b) === 1) return b
    throw new Error('zero has none')
  }
  const bytesOf = ({ secret }: Share) => secret.lend((bytes) => [...bytes])

  test('its shares are points of polynomials that another interpolation finds too', async () => {
    for (let round = 0; round < 10; round++) {
      const sealing = fresh()
      const made = await splitKey(sealing, '0'.repeat(16), { threshold: 3, shares: 5 })
      const shares = made.slice(1, 4).map(({ text }) => parseShare(text))
      const points = shares.map((share) => (share === undefined ? [] : bytesOf(share)))
      const key = Array.from({ length: 32 }, (_, at) => {
        let value = 0
        for (const [i, one] of points.entries()) {
          let term = one[at] ?? 0
          for (const [j, other] of points.entries()) {
            if (i === j) continue
            const [x = 0, y = 0] = [one[32], other[32]]
            term = times(term, times(y, inverse(x ^ y)))
          }
          value ^= term
        }
        return value
      })
      assert.equal(Buffer.from(key).toString('hex'), hexOf(sealing))
      const whole = shares.filter((share) => share !== undefined)
      assert.equal(hexOf(await combineShares(whole)), hexOf(sealing))
    }
  })

  test('one share of two tells nothing: all values of it occur, for a key of zeros too', async () => {
    // A highest coefficient that is never 0 would leave out the value of the key: Cure53, PVY-01-002.
    const zeros = new SecretBytes(new Uint8Array(32))
    const counts = new Array<number>(256).fill(0)
    const rounds = 800
    for (let round = 0; round < rounds; round++) {
      const [made] = await splitKey(zeros, '0'.repeat(16), { threshold: 2, shares: 2 })
      const share = made && parseShare(made.text)
      if (share === undefined) throw new Error('no share')
      for (const byte of bytesOf(share).slice(0, 32)) counts[byte] = (counts[byte] ?? 0) + 1
    }
    // 25,600 bytes, 100 of each value on average; chi-squared of 255 degrees stays below 400 but once in 10^8.
    const expected = (rounds * 32) / 256
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    assert.ok(chiSquared < 400, `chi-squared ${chiSquared}`)
  })
})
