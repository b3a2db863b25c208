import { LRUCache } from 'lru-cache'
import type { Place } from '../ports/page.ts'

/** How long a place is remembered: as long as somebody may take from one page to the next. */
const REMEMBERED_MS = 60_000
const MAX_PLACES = 10_000

/**
 * Where the pages of lists with an `offset` ended. Who asks for the page that follows gets what
 * follows, also when things before it have come or gone meanwhile, and at the cost of one page. Who
 * asks for another offset, or another process, gets what is there by counting.
 */
export class PagePlaces {
  readonly #places = new LRUCache<string, number>({ max: MAX_PLACES, ttl: REMEMBERED_MS })

  /** The page of a list after `offset` things, by whoever can `read` it. */
  async page<T extends { readonly number: number }>(
    list: string,
    offset: number,
    read: (from: Place) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const after = offset === 0 ? 0 : this.#places.get(`${offset} ${list}`)
    const page = await read(after === undefined ? { offset } : { after })
    const last = page.at(-1)
    if (last !== undefined) this.#places.set(`${offset + page.length} ${list}`, last.number)
    return page
  }
}
