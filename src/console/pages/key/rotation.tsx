import { createMemo, createSignal, For, type JSX, Show } from 'solid-js'
import type { RotationEvent } from '../../../client/index.ts'
import { createAction } from '../../api/action.ts'
import { warnOf } from '../../api/failure.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { nowMs } from '../../clock.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { timelineOf, turnOf } from '../../keys/timeline-model.ts'
import { words } from '../../language.ts'
import { download } from '../../parts/download.ts'
import { Icon } from '../../parts/icon.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { RotationLimits } from './rotation-limits.tsx'
import { RotationNow } from './rotation-now.tsx'
import { TimelineLegend, TimelinePicture } from './timeline.tsx'

/** Rotations that are fetched at a time: as many as a picture can show. */
const PAGE_EVENTS = 50

/** When the key rotates, and every time that it has: as a picture, and as a table. */
export function Rotation(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyRotation
  const query = createQuery(
    () => [row().key_id, row().primary_version ?? 0] as const,
    ([keyId, primary], signal) => eventsBefore(keyId, primary + 1, signal),
    { keep: true },
  )
  const [isAsking, setAsking] = createSignal(false)
  const hasEarlier = () => (query.data()?.[0]?.from_version ?? 1) > 1

  async function showEarlier(): Promise<void> {
    const shown = query.data()
    const first = shown?.[0]
    if (shown === undefined || first === undefined) return
    setAsking(true)
    try {
      query.put([...(await eventsBefore(row().key_id, first.to_version)), ...shown])
    } catch (thrown) {
      warnOf(thrown)
    } finally {
      setAsking(false)
    }
  }

  return (
    <>
      <RotationNow />
      <RotationLimits />
      <Loaded query={query}>
        {(events) => (
          <>
            <Picture events={events()} />
            <section class="panel" aria-labelledby="events">
              <header>
                <h2 id="events">{text().events}</h2>
                <span class="muted small push">
                  {text().count(
                    format.number(row().number_of_rotations),
                    row().number_of_rotations === 1,
                  )}
                </span>
                <DownloadStatement />
              </header>
              <Show
                when={events().length > 0}
                fallback={<Empty icon="rotate" title={text().none} text={text().noneText} />}
              >
                <EventTable events={events()} />
              </Show>
              <Show when={hasEarlier()}>
                <div class="body">
                  <button
                    type="button"
                    class="button small"
                    disabled={isAsking()}
                    onClick={() => void showEarlier()}
                  >
                    {text().earlier}
                  </button>
                </div>
              </Show>
            </section>
          </>
        )}
      </Loaded>
    </>
  )
}

/** A button for a signed statement of the rotations, to be proved by others without this server. */
function DownloadStatement(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyRotation
  const attest = createAction(
    async () => {
      const statement = await api().showRotationAttestation({ key_id: row().key_id })
      const name = `${row().key_alias.replace(/[^\w.-]/g, '_')}-rotation`
      download(`${JSON.stringify(statement, undefined, 2)}\n`, name, 'json')
    },
    () => text().statementTold,
  )
  return (
    <button
      type="button"
      class="button small"
      title={text().statementText}
      disabled={attest.isBusy()}
      onClick={() => void attest.run()}
    >
      <Icon name="download" size={16} />
      {text().statement}
    </button>
  )
}

/** The last rotations that made versions before `version`, in order of time. */
async function eventsBefore(
  keyId: string,
  version: number,
  signal?: AbortSignal,
): Promise<readonly RotationEvent[]> {
  // Rotations are listed by the version that they made, and each makes the next.
  const marker = String(Math.max(0, version - 1 - PAGE_EVENTS))
  const { events } = await api().listRotationEvents(
    { key_id: keyId, marker, limit: PAGE_EVENTS },
    { signal },
  )
  return events.filter(({ to_version: made }) => made < version)
}

function Picture(props: { readonly events: readonly RotationEvent[] }): JSX.Element {
  const { row } = useCurrentKey()
  const timeline = createMemo(() => timelineOf(row(), props.events, nowMs()))
  return (
    <Show when={timeline().periods.length > 0}>
      <section class="panel" aria-labelledby="timeline">
        <header>
          <h2 id="timeline">{words().keyRotation.timeline}</h2>
        </header>
        <figure class="body stack">
          <TimelinePicture timeline={timeline()} />
          <figcaption>
            <TimelineLegend />
          </figcaption>
        </figure>
      </section>
    </Show>
  )
}

function EventTable(props: { readonly events: readonly RotationEvent[] }): JSX.Element {
  const text = () => words().keyRotation
  return (
    <section class="scroll-x" aria-label={text().events} tabindex="0">
      <table class="table even">
        <thead>
          <tr>
            <th scope="col">{text().version}</th>
            <th scope="col">{text().done}</th>
            <th scope="col">{text().due}</th>
            <th scope="col">{text().late}</th>
            <th scope="col">{text().cause}</th>
            <th scope="col">{text().by}</th>
          </tr>
        </thead>
        <tbody>
          <For each={[...props.events].reverse()}>{(event) => <EventRow event={event} />}</For>
        </tbody>
      </table>
    </section>
  )
}

function EventRow(props: { readonly event: RotationEvent }): JSX.Element {
  const text = () => words().keyRotation
  const turn = () => turnOf(props.event)
  const lateness = () => {
    const { kind, dueMs, doneMs } = turn()
    if (kind === 'late') {
      return <span class="badge bad">{format.span(props.event.late_ms)}</span>
    }
    if (kind === 'onTime') return <span class="badge good">{text().onTime}</span>
    return (
      <span class="muted">
        {dueMs === undefined ? text().notDue : text().early(format.span(dueMs - doneMs))}
      </span>
    )
  }
  return (
    <tr>
      <td>
        {props.event.from_version} → <strong>{props.event.to_version}</strong>
      </td>
      <td>{format.dateTime(turn().doneMs)}</td>
      <td>
        <Show when={turn().dueMs} fallback="–">
          {(dueMs) => format.dateTime(dueMs())}
        </Show>
      </td>
      <td>{lateness()}</td>
      <td>{text().causes[props.event.cause]}</td>
      <td>{props.event.actor === 'scheduler' ? text().scheduler : props.event.actor}</td>
    </tr>
  )
}
