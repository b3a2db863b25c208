import { A } from '@solidjs/router'
import { createMemo, type JSX, Match, onCleanup, Show, Switch } from 'solid-js'
import type { KeyRow } from '../../../client/index.ts'
import { api, session, sessionState } from '../../api/session.ts'
import { format } from '../../format.ts'
import { type PagedRows, pagedRows } from '../../keys/paged-rows.ts'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty, Failed } from '../../parts/states.tsx'
import { FilterBar } from './filter-bar.tsx'
import { useKeyFilter } from './key-filter.ts'
import { KeyTable } from './key-table.tsx'
import './keys.css'

const PAGE_ROWS = 100
/** Pages in memory: some screens up and down from where one looks. */
const KEPT_PAGES = 8
/** Beyond this many rows no browser scrolls exactly, and nobody reads. */
const MOST_ROWS = 200_000

/** The keys of the project: a table over however many there are. */
export function Keys(): JSX.Element {
  const filter = useKeyFilter()
  const text = () => words().keys
  // A list begins anew with another filter or order, another project, or a new session.
  const rows = createMemo((): PagedRows<KeyRow> => {
    const request = filter.request()
    session()
    sessionState()
    const list = pagedRows(
      async (marker, signal) => {
        const page = marker === '' ? {} : { marker }
        const reply = await api().searchKeys({ ...request, limit: PAGE_ROWS, ...page }, { signal })
        return { rows: reply.keys, nextMarker: reply.next_marker, total: reply.total }
      },
      { keptPages: KEPT_PAGES, mostRows: MOST_ROWS },
    )
    onCleanup(() => list.stop())
    return list
  })
  const isEmpty = () => rows().isAtEnd() && rows().count() === 0
  const count = () => {
    const total = rows().total()
    if (total !== undefined) return text().total(format.number(total), total === 1)
    const known = rows().count()
    if (rows().isAtEnd()) return text().total(format.number(known), known === 1)
    return known === 0 ? words().frame.loading : text().loaded(format.number(known))
  }

  return (
    <Page
      title={words().frame.keys}
      lead={text().lead}
      actions={
        <A class="button primary" href="/keys/new">
          <Icon name="plus" size={18} />
          {text().create}
        </A>
      }
    >
      <FilterBar filter={filter} />
      <div class="keys-count">
        <p role="status">{count()}</p>
        <Show when={filter.isOn()}>
          <button type="button" class="button plain small" onClick={() => filter.clear()}>
            <Icon name="cross" size={16} />
            {text().clear}
          </button>
        </Show>
      </div>
      <p class="unseen" id="keys-keyboard">
        {text().keyboard}
      </p>
      <Show when={rows().error()}>
        {(error) => <Failed error={error()} retry={() => rows().retry()} />}
      </Show>
      <div class="panel keys-panel">
        <Switch fallback={<KeyTable rows={rows()} filter={filter} />}>
          <Match when={isEmpty() && filter.isOn()}>
            <Empty icon="filter" title={text().noMatch} text={text().noMatchText} />
          </Match>
          <Match when={isEmpty()}>
            <Empty icon="key" title={text().none} text={text().noneText}>
              <A class="button primary" href="/keys/new">
                {text().create}
              </A>
            </Empty>
          </Match>
          <Match when={rows().error() !== undefined && rows().count() === 0}>{null}</Match>
        </Switch>
      </div>
      <Show when={rows().isCut()}>
        <p class="hint">{text().tooMany}</p>
      </Show>
    </Page>
  )
}
