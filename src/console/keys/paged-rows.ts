import { createSignal, untrack } from 'solid-js'

/** A page of a list as the server gives it. */
export interface FetchedPage<Row> {
  readonly rows: readonly Row[]
  /** Where the next page begins; empty at the end. */
  readonly nextMarker: string
  readonly total: number | undefined
}

/** Fetches the page that begins at `marker`; empty for the first. */
export type FetchPage<Row> = (marker: string, signal: AbortSignal) => Promise<FetchedPage<Row>>

interface Page<Row> {
  readonly marker: string
  /** Number of its first row, from 0. */
  readonly first: number
  readonly count: number
  /** Undefined: dropped to save memory; it is fetched again when it is looked at. */
  readonly rows: readonly Row[] | undefined
}

/** Bounds of what is kept. */
export interface Bounds {
  /** Pages whose rows are kept. */
  readonly keptPages: number
  /** Rows that can be scrolled to. */
  readonly mostRows: number
}

/** A long list of which only the pages about what is seen are in memory. */
export interface PagedRows<Row> {
  /** Rows that are known so far. */
  readonly count: () => number
  /** How many there are; undefined when the server did not count. */
  readonly total: () => number | undefined
  /** Whether nothing comes after the rows that are known. */
  readonly isAtEnd: () => boolean
  /** Whether the list is cut off, for it is too long to be scrolled through. */
  readonly isCut: () => boolean
  readonly isLoading: () => boolean
  readonly error: () => unknown
  /** How many pages have their rows in memory. */
  readonly keptPages: () => number
  /** A row, by its number from 0; undefined while it is not here. */
  readonly row: (index: number) => Row | undefined
  /** Says which rows are seen: those that are missing are fetched, those far away are dropped. */
  readonly see: (first: number, last: number) => void
  /** Tries again after a failure. */
  readonly retry: () => void
  readonly stop: () => void
}

/** Begins with the first page at once. */
export function pagedRows<Row>(fetchPage: FetchPage<Row>, bounds: Bounds): PagedRows<Row> {
  const controller = new AbortController()
  const [pages, setPages] = createSignal<readonly Page<Row>[]>([])
  const [next, setNext] = createSignal<string | undefined>('')
  const [total, setTotal] = createSignal<number>()
  const [error, setError] = createSignal<unknown>()
  const [running, setRunning] = createSignal<string>()
  let seen = { first: 0, last: 0 }

  const count = () => {
    const last = pages().at(-1)
    return last === undefined ? 0 : last.first + last.count
  }
  const isCut = () => next() !== undefined && count() >= bounds.mostRows

  /** The marker of the page that is wanted most, if any is. */
  function wanted(): string | undefined {
    const missing = pages().find(
      (page) =>
        page.rows === undefined &&
        page.count > 0 &&
        page.first <= seen.last &&
        page.first + page.count > seen.first,
    )
    if (missing !== undefined) return missing.marker
    return seen.last >= count() - 1 && !isCut() ? next() : undefined
  }

  async function work(): Promise<void> {
    if (running() !== undefined) return
    for (;;) {
      const marker = wanted()
      if (marker === undefined || controller.signal.aborted) return
      setRunning(marker)
      try {
        const page = await fetchPage(marker, controller.signal)
        if (controller.signal.aborted) return
        take(marker, page)
        setError(undefined)
      } catch (thrown) {
        if (!controller.signal.aborted) setError(() => thrown)
        return
      } finally {
        setRunning(undefined)
      }
    }
  }

  function take(marker: string, { rows, nextMarker, total: counted }: FetchedPage<Row>): void {
    if (marker === next()) {
      const page = { marker, first: count(), count: rows.length, rows }
      setPages((all) => dropFar([...all, page]))
      setNext(nextMarker === '' ? undefined : nextMarker)
    } else {
      // It has the place that it had, whatever was made or destroyed meanwhile.
      setPages((all) =>
        dropFar(
          all.map((page) =>
            page.marker === marker ? { ...page, rows: rows.slice(0, page.count) } : page,
          ),
        ),
      )
    }
    if (counted !== undefined) setTotal(counted)
  }

  function dropFar(all: readonly Page<Row>[]): readonly Page<Row>[] {
    const middle = (seen.first + seen.last) / 2
    const distance = (page: Page<Row>) => Math.abs(page.first + page.count / 2 - middle)
    const kept = all
      .filter(({ rows }) => rows !== undefined)
      .sort((one, other) => distance(one) - distance(other))
      .slice(0, bounds.keptPages)
    return all.map((page) =>
      page.rows === undefined || kept.includes(page) ? page : { ...page, rows: undefined },
    )
  }

  /** Works beyond what called: who makes a list does not depend on what it holds. */
  const begin = () => untrack(() => void work())
  begin()
  return {
    count,
    total,
    isAtEnd: () => next() === undefined,
    isCut,
    isLoading: () => running() !== undefined,
    error,
    keptPages: () => pages().filter(({ rows }) => rows !== undefined).length,
    row(index) {
      const page = pageOf(pages(), index)
      return page?.rows?.[index - page.first]
    },
    see(first, last) {
      seen = { first, last }
      if (untrack(error) === undefined) begin()
    },
    retry() {
      setError(undefined)
      begin()
    },
    stop: () => controller.abort(),
  }
}

/** The page that has row `index`, found by halving. */
function pageOf<Row>(pages: readonly Page<Row>[], index: number): Page<Row> | undefined {
  let low = 0
  let high = pages.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const page = pages[middle]
    if (page === undefined) return undefined
    if (index < page.first) high = middle - 1
    else if (index >= page.first + page.count) low = middle + 1
    else return page
  }
  return undefined
}
