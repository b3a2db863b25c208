import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js'
import { isAborted } from './failure.ts'
import { session, sessionState } from './session.ts'

/** Something fetched, and fetched again when what it depends on changes. */
export interface Query<Data> {
  /** The last that came; stays while newer is on its way. */
  readonly data: Accessor<Data | undefined>
  /** Why there is nothing newer. */
  readonly error: Accessor<unknown>
  readonly isLoading: Accessor<boolean>
  /** Fetches again; resolves when it is done. */
  readonly refetch: () => Promise<void>
  /** Puts in place what an action answered. */
  readonly put: (data: Data) => void
}

/**
 * Fetches what `load` gives for `source`, as long as source is not undefined; again whenever source or
 * the session changes. What is not wanted any more is aborted. Data of another source is dropped
 * unless `keep` is set.
 */
export function createQuery<Source, Data>(
  source: () => Source | undefined,
  load: (source: Source, signal: AbortSignal) => Promise<Data>,
  options: { readonly keep?: boolean } = {},
): Query<Data> {
  const [data, setData] = createSignal<Data>()
  const [error, setError] = createSignal<unknown>()
  const [isLoading, setLoading] = createSignal(false)
  let running: AbortController | undefined

  async function fetchNow(wanted: Source): Promise<void> {
    running?.abort()
    const controller = new AbortController()
    running = controller
    setLoading(true)
    try {
      const found = await load(wanted, controller.signal)
      if (running !== controller) return
      setData(() => found)
      setError(undefined)
    } catch (thrown) {
      if (running === controller && !isAborted(thrown)) setError(() => thrown)
    } finally {
      if (running === controller) setLoading(false)
    }
  }

  createEffect(
    on([source, session, () => sessionState().kind], ([wanted, , kind], before) => {
      if (kind !== 'open') return
      const isOther = before === undefined || JSON.stringify(before[0]) !== JSON.stringify(wanted)
      const isOtherProject = before?.[1]?.projectId !== session()?.projectId
      if (isOtherProject || (isOther && options.keep !== true)) setData(undefined)
      if (wanted === undefined) running?.abort()
      else void fetchNow(wanted)
    }),
  )
  onCleanup(() => {
    running?.abort()
    running = undefined
  })

  return {
    data,
    error,
    isLoading,
    async refetch() {
      const wanted = source()
      if (wanted !== undefined) await fetchNow(wanted)
    },
    put: (next) => setData(() => next),
  }
}
