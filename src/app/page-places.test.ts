import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PageRequest } from '../ports/page.ts'
import { PagePlaces } from './page-places.ts'

/** A list of things with these numbers that counts what is read of it. */
function listOf(numbers: readonly number[]) {
  const read = { numbers: 0, pages: 0, largest: 0 }
  const pick = ({ after, limit }: PageRequest) =>
    numbers.filter((number) => number > after).slice(0, limit)
  return {
    read,
    async page(page: PageRequest) {
      read.pages++
      return pick(page).map((number) => ({ number }))
    },
    async numbers(page: PageRequest) {
      const picked = pick(page)
      read.numbers += picked.length
      read.largest = Math.max(read.largest, picked.length)
      return picked
    },
  }
}

const odd = (count: number) => Array.from({ length: count }, (_, n) => 2 * n + 1)
const numbersOf = (page: readonly { readonly number: number }[]) => page.map((t) => t.number)

test('an offset that nobody came from is counted, in pieces, and once', async () => {
  const places = new PagePlaces()
  const list = listOf(odd(50_000))
  assert.deepEqual(numbersOf(await places.page('a', 45_003, 2, list)), [90_007, 90_009])
  assert.equal(list.read.numbers, 45_003)
  assert.ok(list.read.largest <= 1000)
  await places.page('a', 45_005, 2, list)
  assert.equal(list.read.numbers, 45_003, 'the page that follows costs nothing more')
  assert.deepEqual(numbersOf(await places.page('a', 40_100, 1, list)), [80_201])
  assert.equal(list.read.numbers, 45_003 + 100, 'counted on from a place on the way')
  await places.page('b', 10, 1, list)
  assert.equal(list.read.numbers, 45_003 + 110, 'another list has places of its own')
})

test('an offset at the end, and past it', async () => {
  const places = new PagePlaces()
  const list = listOf(odd(1500))
  assert.deepEqual(await places.page('a', 1500, 2, list), [])
  assert.deepEqual(await places.page('a', 1501, 2, list), [])
  assert.deepEqual(await places.page('a', 1_000_000, 2, list), [])
  assert.deepEqual(numbersOf(await places.page('a', 1499, 2, list)), [2999])
  assert.deepEqual(await places.page('empty', 0, 2, listOf([])), [])
})

test('what follows a page follows it, whatever went meanwhile; a minute later it is counted', async () => {
  let nowMs = 0
  const places = new PagePlaces(() => nowMs)
  const before = listOf(odd(10))
  await places.page('a', 0, 3, before)
  const after = listOf(odd(10).slice(1))
  assert.deepEqual(numbersOf(await places.page('a', 3, 3, after)), [7, 9, 11])
  nowMs = 60_001
  assert.deepEqual(numbersOf(await places.page('a', 3, 3, after)), [9, 11, 13])
})

test('a list read in many small pages is remembered by its newest places', async () => {
  const places = new PagePlaces()
  const list = listOf(odd(2000))
  for (let offset = 0; offset < 1500; offset++) await places.page('a', offset, 1, list)
  assert.equal(list.read.numbers, 0)
  await places.page('a', 1400, 1, list)
  assert.equal(list.read.numbers, 0)
  await places.page('a', 100, 1, list)
  assert.equal(list.read.numbers, 100, 'the oldest were forgotten')
})
