import { LRUCache } from 'lru-cache'

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

  /** Number of the last thing before `offset` in the list of that name, if its page was given out. */
  before(list: string, offset: number): number | undefined {
    return offset === 0 ? 0 : this.#places.get(`${offset} ${list}`)
  }

  /** Notes that the page up to `offset` ended with the thing of that number. */
  remember(list: string, offset: number, number: number): void {
    this.#places.set(`${offset} ${list}`, number)
  }
}
