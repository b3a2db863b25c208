import { createEffect, createSignal, on, onCleanup } from 'solid-js'
import type { AuditRecord, ListAuditRecordsRequest } from '../../../client/index.ts'
import { isAborted } from '../../api/failure.ts'
import { api, sessionState } from '../../api/session.ts'

const PAGE_RECORDS = 100
/** Most records that are kept, and shown; the newest make room for older ones. */
export const MOST_RECORDS = 1000
/** Most pages without a match that are asked for before a person is asked whether to go on. */
const MOST_EMPTY_PAGES = 20

/** Records that were found so far, the newest first. */
export interface FoundRecords {
  readonly records: () => readonly AuditRecord[]
  /** How many of the newest were put away. */
  readonly dropped: () => number
  readonly isLoading: () => boolean
  /** Whether the log has been looked through to its beginning. */
  readonly isAtEnd: () => boolean
  /** How far back it was looked through, milliseconds since 1970. */
  readonly lookedBackToMs: () => number | undefined
  readonly node: () => string
  readonly error: () => unknown
  readonly further: () => Promise<void>
  readonly again: () => Promise<void>
}

/** Looks for what the filter asks; again whenever it changes. */
export function findRecords(filter: () => ListAuditRecordsRequest): FoundRecords {
  const [records, setRecords] = createSignal<readonly AuditRecord[]>([])
  const [dropped, setDropped] = createSignal(0)
  const [isLoading, setLoading] = createSignal(false)
  const [marker, setMarker] = createSignal('')
  const [wasAsked, setAsked] = createSignal(false)
  const [lookedBackToMs, setLookedBack] = createSignal<number>()
  const [node, setNode] = createSignal('')
  const [error, setError] = createSignal<unknown>()
  let running = new AbortController()

  async function further(): Promise<void> {
    if (isLoading()) return
    const { signal } = running
    setLoading(true)
    try {
      for (let empty = 0; empty < MOST_EMPTY_PAGES; empty++) {
        const at = marker()
        const reply = await api().listAuditRecords(
          { ...filter(), limit: PAGE_RECORDS, ...(at === '' ? {} : { marker: at }) },
          { signal },
        )
        if (signal.aborted) return
        take(reply.records)
        setNode(reply.node)
        setMarker(reply.next_marker)
        setAsked(true)
        setError(undefined)
        if (reply.searched_back_to !== undefined) setLookedBack(Number(reply.searched_back_to))
        if (reply.records.length > 0 || reply.next_marker === '') return
      }
    } catch (thrown) {
      if (!signal.aborted && !isAborted(thrown)) setError(() => thrown)
    } finally {
      if (!signal.aborted) setLoading(false)
    }
  }

  function take(found: readonly AuditRecord[]): void {
    const all = [...records(), ...found]
    const excess = Math.max(0, all.length - MOST_RECORDS)
    setDropped((before) => before + excess)
    setRecords(all.slice(excess))
  }

  async function again(): Promise<void> {
    running.abort()
    running = new AbortController()
    setRecords([])
    setDropped(0)
    setLoading(false)
    setMarker('')
    setAsked(false)
    setLookedBack(undefined)
    setError(undefined)
    await further()
  }

  createEffect(
    on([filter, () => sessionState()], ([, state]) => {
      if (state.kind === 'open') void again()
    }),
  )
  onCleanup(() => running.abort())
  return {
    records,
    dropped,
    isLoading,
    isAtEnd: () => wasAsked() && marker() === '',
    lookedBackToMs,
    node,
    error,
    further,
    again,
  }
}
