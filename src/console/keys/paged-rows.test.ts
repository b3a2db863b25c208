import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { type FetchPage, pagedRows } from './paged-rows.ts'

const BOUNDS = { keptPages: 4, mostRows: 100_000 } as const

/** A list of the numbers below `total`; what it was asked for is written down. */
function numbers(total: number, pageRows: number) {
  const asked: string[] = []
  const fetchPage: FetchPage<number> = async (marker) => {
    asked.push(marker)
    const first = marker === '' ? 0 : Number(marker)
    const end = Math.min(total, first + pageRows)
    return {
      rows: Array.from({ length: end - first }, (_, n) => first + n),
      nextMarker: end < total ? String(end) : '',
      total,
    }
  }
  return { asked, fetchPage }
}

/** Lets whatever was begun come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

test('the first page comes by itself, the next when its place is seen', async () => {
  const { asked, fetchPage } = numbers(250, 100)
  const list = pagedRows(fetchPage, BOUNDS)
  await settle()
  assert.equal(list.count(), 100)
  assert.equal(list.total(), 250)
  assert.equal(list.isAtEnd(), false)
  list.see(0, 50)
  await settle()
  assert.deepEqual(asked, [''])
  list.see(60, 100)
  await settle()
  assert.deepEqual(asked, ['', '100'])
  assert.equal(list.row(150), 150)
  list.see(150, 200)
  await settle()
  assert.equal(list.count(), 250)
  assert.equal(list.isAtEnd(), true)
  assert.equal(list.row(249), 249)
  assert.equal(list.row(250), undefined)
})

test('however far one scrolls, only the pages about what is seen are kept, and others come back', async () => {
  const { asked, fetchPage } = numbers(10_000, 100)
  const list = pagedRows(fetchPage, BOUNDS)
  for (let first = 0; first < 9_950; first += 50) {
    list.see(first, first + 50)
    await settle()
    assert.ok(list.keptPages() <= BOUNDS.keptPages, `${list.keptPages()} pages are kept`)
    assert.equal(list.row(first), first)
  }
  assert.equal(list.count(), 10_000)
  assert.equal(list.row(0), undefined)
  asked.length = 0
  list.see(120, 170)
  await settle()
  assert.deepEqual(asked, ['100'])
  assert.equal(list.row(150), 150)
  assert.ok(list.keptPages() <= BOUNDS.keptPages)
})

test('pages may be short or empty before the end', async () => {
  const replies: Readonly<Record<string, { rows: number[]; nextMarker: string }>> = {
    '': { rows: [], nextMarker: 'b' },
    b: { rows: [1], nextMarker: 'c' },
    c: { rows: [], nextMarker: 'd' },
    d: { rows: [2, 3], nextMarker: '' },
  }
  const list = pagedRows<number>(
    async (marker) => ({ rows: [], nextMarker: '', ...replies[marker], total: undefined }),
    BOUNDS,
  )
  await settle()
  list.see(0, 5)
  await settle()
  assert.equal(list.isAtEnd(), true)
  assert.deepEqual([0, 1, 2, 3].map(list.row), [1, 2, 3, undefined])
  assert.equal(list.total(), undefined)
})

test('a list that is too long ends where nobody scrolls any more', async () => {
  const { fetchPage } = numbers(1_000_000, 100)
  const list = pagedRows(fetchPage, { keptPages: 4, mostRows: 500 })
  for (let first = 0; first < 1_000; first += 50) {
    list.see(first, first + 50)
    await settle()
  }
  assert.equal(list.count(), 500)
  assert.equal(list.isCut(), true)
})

test('a failure is told, what is there stays, and trying again goes on', async () => {
  const { fetchPage } = numbers(300, 100)
  let fails = false
  const list = pagedRows<number>((marker, signal) => {
    if (fails) throw new Error('no answer')
    return fetchPage(marker, signal)
  }, BOUNDS)
  await settle()
  fails = true
  list.see(90, 100)
  await settle()
  assert.match(String(list.error()), /no answer/)
  assert.equal(list.row(5), 5)
  fails = false
  list.retry()
  await settle()
  assert.equal(list.error(), undefined)
  assert.equal(list.count(), 200)
})

test('a list that was stopped takes nothing any more', async () => {
  const { fetchPage } = numbers(300, 100)
  const list = pagedRows(fetchPage, BOUNDS)
  list.stop()
  await settle()
  assert.equal(list.count(), 0)
})
