import { LRUCache } from 'lru-cache'
import type { PageRequest } from '../ports/page.ts'

/** How long a place is remembered: as long as somebody may take from one page to the next. */
const REMEMBERED_MS = 60_000
/** Most lists, and most places in one of them: some 200,000 places in all. */
const MAX_LISTS = 1000
const MAX_PLACES = 200
/** How many things are passed over at a time, and after how many of them the place is noted. */
const CHUNK = 1000
const NOTE_EVERY = 10 * CHUNK

/** A list of numbered things: whoever can read a page of it, and the numbers alone. */
export interface OffsetList<T extends { readonly number: number }> {
  readonly page: (page: PageRequest) => Promise<readonly T[]>
  readonly numbers: (page: PageRequest) => Promise<readonly number[]>
}

interface Place {
  readonly offset: number
  /** Number of the last thing before this place. */
  readonly after: number
}

/**
 * Where the pages of lists with an `offset` ended. Who asks for the page that follows gets what
 * follows, also when things before it have come or gone meanwhile, and at the cost of one page. Who
 * asks for another offset, or another process, gets what is there by counting on from the nearest
 * place that is remembered: numbers alone, in pieces, with a turn for everybody else after each.
 */
export class PagePlaces {
  readonly #lists = new LRUCache<string, PlacesOfList>({ max: MAX_LISTS })
  readonly #nowMs: () => number

  /** @param nowMs A clock that only goes forward. */
  constructor(nowMs = () => performance.now()) {
    this.#nowMs = nowMs
  }

  /** The page of a list after `offset` things. @param name Of the list, with its project and filter. */
  async page<T extends { readonly number: number }>(
    name: string,
    offset: number,
    limit: number,
    list: OffsetList<T>,
  ): Promise<readonly T[]> {
    const places = this.#lists.get(name) ?? new PlacesOfList(this.#nowMs)
    this.#lists.set(name, places)
    const after = await placeOf(offset, places, list.numbers)
    if (after === undefined) return []
    const page = await list.page({ after, limit })
    const last = page.at(-1)
    if (last !== undefined) places.note({ offset: offset + page.length, after: last.number })
    return page
  }
}

/** After which number the list goes on; undefined when it ends before `offset`. */
async function placeOf(
  offset: number,
  places: PlacesOfList,
  numbers: OffsetList<never>['numbers'],
): Promise<number | undefined> {
  let place = places.nearest(offset)
  let noted = place.offset
  while (place.offset < offset) {
    const limit = Math.min(CHUNK, offset - place.offset)
    const passed = await numbers({ after: place.after, limit })
    const last = passed.at(-1)
    if (last === undefined || passed.length < limit) return undefined
    place = { offset: place.offset + passed.length, after: last }
    if (place.offset - noted >= NOTE_EVERY) {
      places.note(place)
      noted = place.offset
    }
    await nextTurn()
  }
  return place.after
}

/** The places of one list, the oldest first. */
class PlacesOfList {
  readonly #places = new Map<number, { readonly after: number; readonly notedAtMs: number }>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  note({ offset, after }: Place): void {
    this.#places.delete(offset)
    this.#places.set(offset, { after, notedAtMs: this.#nowMs() })
    if (this.#places.size <= MAX_PLACES) return
    const [oldest] = this.#places.keys()
    if (oldest !== undefined) this.#places.delete(oldest)
  }

  /** The last place at or before `offset`: the beginning, when nothing else is known. */
  nearest(offset: number): Place {
    let nearest: Place = { offset: 0, after: 0 }
    const oldestMs = this.#nowMs() - REMEMBERED_MS
    for (const [known, { after, notedAtMs }] of this.#places) {
      if (notedAtMs < oldestMs) this.#places.delete(known)
      else if (known <= offset && known > nearest.offset) nearest = { offset: known, after }
    }
    return nearest
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
