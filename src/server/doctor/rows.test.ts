import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { ROOT_KEY_BYTES, RootKeyRing, rootKeyFrom } from '../../crypto/root-key.ts'
import { rowMacs } from '../../crypto/row-macs.ts'
import { SecretBytes } from '../../crypto/secret-bytes.ts'
import type { GuardedTable, RowPlace } from '../../ports/row-guard.ts'
import { guardedFact } from '../guard-store.ts'
import type { GuardedPage } from '../read-store.ts'
import { checkRows, type RowQuestions } from './rows.ts'

const PAGE_ROWS = 500
const KEYS = 130_000
const SEEN = 50_000

const root = new RootKeyRing(rootKeyFrom(SecretBytes.random(ROOT_KEY_BYTES)))
const macs = rowMacs(root)
const right = macs.of('a row')
const wrong = Uint8Array.from(right, (byte, at) => (at === 40 ? byte ^ 1 : byte))
const ids = Array.from({ length: KEYS }, () => randomUUID()).sort()

/** A store of many keys without versions, of which some are damaged, and who may read it. */
function bigStore(isDamaged: (index: number) => boolean) {
  const seen = new Set<number>()
  let reads = 0
  const reader: RowQuestions['reader'] = {
    fact: async () => guardedFact(macs),
    countKeys: async () => KEYS,
    countRows: async (table) => (table === 'keys' ? KEYS : 0),
    async guardedPage(table: GuardedTable, { keyId }: RowPlace): Promise<GuardedPage> {
      if (table !== 'keys') return { rows: [], torn: [], next: undefined }
      const from = firstAfter(keyId)
      const found = ids.slice(from, from + PAGE_ROWS)
      reads += found.length
      const rows = found.map((id, n) => {
        seen.add(from + n)
        const mac = isDamaged(from + n) ? wrong : right
        return { name: { table, keyId: id }, text: 'a row', mac }
      })
      const last = found.length < PAGE_ROWS ? undefined : found.at(-1)
      return { rows, torn: [], next: last === undefined ? undefined : { keyId: last, version: 0 } }
    },
  }
  return { reader, seen, reads: () => reads }
}

function firstAfter(keyId: string): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((ids[middle] ?? '') > keyId) high = middle
    else low = middle + 1
  }
  return low
}

test('of a big store it looks at a part, spread over all of it, and says so', async () => {
  const { reader, seen, reads } = bigStore(() => false)
  const [finding] = await checkRows({ reader, root, directory: '/nowhere' })
  assert.equal(finding?.severity, 'good')
  assert.match(
    finding.found,
    /^[45]\d,\d{3} of keys .*, of 130,000, at random; keyturn store verify /,
  )
  assert.ok(reads() > SEEN - PAGE_ROWS && reads() <= SEEN, `${reads()} rows`)
  assert.ok(seen.size > 0.98 * reads(), `${reads() - seen.size} rows were read twice`)
  // No stretch of the ids is left out that is longer than the steps between places.
  const places = [...seen].sort((a, b) => a - b)
  const gaps = [...places, KEYS].map((place, n) => place - (places[n - 1] ?? 0))
  assert.ok(Math.max(...gaps) < (1.5 * KEYS) / 100, `a gap of ${Math.max(...gaps)} rows`)
})

test('again and again it looks at other rows', async () => {
  const all = new Set<number>()
  for (let round = 0; round < 4; round++) {
    const { reader, seen } = bigStore(() => false)
    await checkRows({ reader, root, directory: '/nowhere' })
    for (const index of seen) all.add(index)
  }
  // Each sees 38 % of the rows: four that see the same would see no more.
  assert.ok(all.size > 0.6 * KEYS, `${all.size} rows of ${KEYS}`)
})

test('what is damaged in one row of a hundred is found in a big store', async () => {
  const { reader } = bigStore((index) => index % 100 === 7)
  const [finding, ...others] = await checkRows({ reader, root, directory: '/nowhere' })
  assert.deepEqual(others, [])
  assert.equal(finding?.severity, 'problem')
  const more = Number(/, and (\d+) more: changed/.exec(finding.found)?.[1])
  assert.ok(more > 450 && more < 510, finding.found)
})

test('a page that cannot be read is told, with what was found before it', async () => {
  const { reader } = bigStore(() => true)
  const failing: RowQuestions['reader'] = {
    ...reader,
    countRows: async () => 1000,
    async guardedPage(table, after) {
      if (after.keyId !== '') throw new Error('reading failed', { cause: new Error('malformed') })
      return reader.guardedPage(table, after)
    },
  }
  const findings = await checkRows({ reader: failing, root, directory: '/nowhere' })
  assert.equal(findings.length, 2)
  assert.match(findings[0]?.found ?? '', /and 490 more: changed/)
  assert.equal(findings[1]?.found, 'reading ended after 500 rows: reading failed: malformed')
})
