import { createEffect, createSignal, For, type JSX, onCleanup, onMount, Show } from 'solid-js'
import type { AuditRecord } from '../../../client/index.ts'
import { failureOf } from '../../api/failure.ts'
import { format } from '../../format.ts'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty, Failed, Skeleton } from '../../parts/states.tsx'
import { useAuditFilter } from './audit-filter.ts'
import { AuditFilterBar } from './audit-filter-bar.tsx'
import { type FoundRecords, findRecords } from './found-records.ts'
import { OutcomeBadge } from './outcome-badge.tsx'
import { RecordDialog } from './record-dialog.tsx'
import './audit.css'

/** The audit log of the node that answers, for whoever may read it. */
export function Audit(): JSX.Element {
  const filter = useAuditFilter()
  const found = findRecords(filter.request)
  const [open, setOpen] = createSignal<AuditRecord>()
  const isForbidden = () => found.error() !== undefined && failureOf(found.error()).status === 403
  return (
    <Page title={words().audit.title} lead={words().audit.lead}>
      <Show when={!isForbidden()} fallback={<Forbidden />}>
        <AuditFilterBar filter={filter} />
        <section class="panel" aria-label={words().audit.records} aria-busy={found.isLoading()}>
          <Show when={found.error() === undefined} fallback={<FailedToFind found={found} />}>
            <Records found={found} open={setOpen} />
          </Show>
        </section>
        <RecordDialog record={open()} filter={filter} close={() => setOpen(undefined)} />
      </Show>
    </Page>
  )
}

function FailedToFind(props: { readonly found: FoundRecords }): JSX.Element {
  return (
    <div class="body">
      <Failed error={props.found.error()} retry={props.found.again} />
    </div>
  )
}

function Forbidden(): JSX.Element {
  return (
    <div class="panel">
      <Empty icon="shield" title={words().audit.forbidden} text={words().audit.forbiddenText}>
        <code class="break">{words().audit.forbiddenCommand}</code>
      </Empty>
    </div>
  )
}

function Records(props: {
  readonly found: FoundRecords
  readonly open: (record: AuditRecord) => void
}): JSX.Element {
  const isEmpty = () => props.found.records().length === 0 && !props.found.isLoading()
  return (
    <>
      <Show when={props.found.dropped() > 0}>
        <p class="body soft small">{words().audit.dropped(format.number(props.found.dropped()))}</p>
      </Show>
      <Show when={props.found.records().length > 0}>
        <RecordTable records={props.found.records()} open={props.open} />
      </Show>
      <Show when={props.found.records().length === 0 && props.found.isLoading()}>
        <div class="body">
          <Skeleton lines={8} />
        </div>
      </Show>
      <Show when={isEmpty()}>
        <Empty icon="list" title={words().audit.none} text={words().audit.noneText} />
      </Show>
      <Further found={props.found} />
    </>
  )
}

function RecordTable(props: {
  readonly records: readonly AuditRecord[]
  readonly open: (record: AuditRecord) => void
}): JSX.Element {
  const heads = () => {
    const { time, operation, user, key, status, source } = words().audit
    return [time, operation, user, key, status, source]
  }
  return (
    <section class="scroll-x" tabindex="0" aria-label={words().audit.records}>
      <table class="table records">
        <thead>
          <tr>
            <For each={heads()}>{(head) => <th scope="col">{head}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.records}>
            {(record) => (
              <tr onClick={() => props.open(record)}>
                <td class="nowrap">
                  <button
                    type="button"
                    class="as-link"
                    aria-label={words().audit.open(format.dateTime(Number(record.time)))}
                    onClick={(event) => {
                      event.stopPropagation()
                      props.open(record)
                    }}
                  >
                    {format.dateTime(Number(record.time))}
                  </button>
                </td>
                <td>{record.operation ?? '—'}</td>
                <td class="user" title={record.user_name ?? record.user_id}>
                  {record.user_name ?? record.user_id ?? '—'}
                </td>
                <td class="mono key-id" title={record.key_id}>
                  {record.key_id ?? '—'}
                </td>
                <td>
                  <OutcomeBadge record={record} />
                </td>
                <td class="mono">{record.source ?? '—'}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  )
}

/** The end of what was found: goes on when it comes into view, or when it is asked to. */
function Further(props: { readonly found: FoundRecords }): JSX.Element {
  let place: HTMLElement | undefined
  let wentOnAt = 0
  const [isSeen, setSeen] = createSignal(false)
  onMount(() => {
    // A busy browser tells of several changes at once: the last is what holds.
    const observer = new IntersectionObserver((entries) =>
      setSeen(entries.at(-1)?.isIntersecting ?? false),
    )
    if (place) observer.observe(place)
    onCleanup(() => observer.disconnect())
  })
  // By itself only as long as there is more to see each time: else a person is asked.
  createEffect(() => {
    const { found } = props
    const count = found.records().length + found.dropped()
    if (count < wentOnAt) wentOnAt = 0
    const isWanted = isSeen() && !found.isLoading() && !found.isAtEnd() && count > wentOnAt
    if (!isWanted || found.error() !== undefined) return
    wentOnAt = count
    void found.further()
  })
  return (
    <footer class="row more" ref={place} role="status">
      <p class="soft small">
        <Show when={props.found.lookedBackToMs()}>
          {(timeMs) => `${words().audit.lookedBackTo(format.dateTime(timeMs()))} `}
        </Show>
        <Show when={props.found.isAtEnd()}>{words().audit.end} </Show>
        <Show when={props.found.node() !== ''}>{words().audit.node(props.found.node())}</Show>
      </p>
      <Show when={!props.found.isAtEnd()}>
        <button
          type="button"
          class="button small push"
          disabled={props.found.isLoading()}
          onClick={() => void props.found.further()}
        >
          <Icon name="down" size={16} />
          {props.found.isLoading() ? words().audit.looking : words().audit.further}
        </button>
      </Show>
    </footer>
  )
}
