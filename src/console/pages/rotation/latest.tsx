import { A } from '@solidjs/router'
import { createEffect, createSignal, For, type JSX, on, Show } from 'solid-js'
import type { RotationEvent } from '../../../client/index.ts'
import { LATE_AFTER_MS } from '../../../core/rotation.ts'
import { warnOf } from '../../api/failure.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { nowMs } from '../../clock.ts'
import { format } from '../../format.ts'
import { words } from '../../language.ts'
import { Empty, Loaded } from '../../parts/states.tsx'
import { aliasOf } from './alias-of.ts'
import { DAY_MS } from './year.ts'

const PAGE_EVENTS = 20

/** The latest rotations of the project, and how late each was. */
export function Latest(): JSX.Element {
  const [more, setMore] = createSignal<readonly RotationEvent[]>([])
  const [marker, setMarker] = createSignal('')
  const query = createQuery(
    () => true,
    async (_, signal) => {
      const reply = await api().listProjectRotationEvents({ limit: PAGE_EVENTS }, { signal })
      setMore([])
      setMarker(reply.next_marker)
      return reply.events
    },
  )
  async function loadMore(): Promise<void> {
    try {
      const reply = await api().listProjectRotationEvents({ limit: PAGE_EVENTS, marker: marker() })
      setMore((before) => [...before, ...reply.events])
      setMarker(reply.next_marker)
    } catch (thrown) {
      warnOf(thrown)
    }
  }
  return (
    <section class="panel" aria-labelledby="latest-title">
      <header>
        <h2 id="latest-title">{words().rotation.latest}</h2>
      </header>
      <Loaded query={query}>
        {(events) => (
          <Show
            when={events().length > 0}
            fallback={
              <Empty
                icon="rotate"
                title={words().rotation.noEvents}
                text={words().rotation.noEventsText}
              />
            }
          >
            <EventTable events={[...events(), ...more()]} />
            <footer class="row more">
              <p class="soft small">{words().rotation.latestText}</p>
              <Show when={marker() !== ''}>
                <button type="button" class="button small push" onClick={() => void loadMore()}>
                  {words().frame.loadMore}
                </button>
              </Show>
            </footer>
          </Show>
        )}
      </Loaded>
    </section>
  )
}

/** The rotations of a day, UTC; the first of them where there are many. */
export function EventsOfDay(props: { readonly startMs: number }): JSX.Element {
  const query = createQuery(
    () => props.startMs,
    async (startMs, signal) => {
      const request = { from: String(startMs), to: String(startMs + DAY_MS), limit: PAGE_EVENTS }
      return (await api().listProjectRotationEvents(request, { signal })).events
    },
  )
  return <Loaded query={query}>{(events) => <EventTable events={events()} />}</Loaded>
}

function EventTable(props: { readonly events: readonly RotationEvent[] }): JSX.Element {
  const heads = () => {
    const { time, key, versions, cause, actor, lateness } = words().rotation
    return [time, key, versions, cause, actor, lateness]
  }
  return (
    <section class="scroll-x events" tabindex="0" aria-label={words().rotation.latest}>
      <table class="table">
        <thead>
          <tr>
            <For each={heads()}>{(head) => <th scope="col">{head}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={props.events}>{(event) => <EventRow event={event} />}</For>
        </tbody>
      </table>
    </section>
  )
}

function EventRow(props: { readonly event: RotationEvent }): JSX.Element {
  const time = () => Number(props.event.time)
  return (
    <tr>
      <td>
        <time datetime={new Date(time()).toISOString()} title={format.dateTime(time())}>
          {format.relative(time(), nowMs())}
        </time>
        <div class="muted small">{format.dateTime(time())}</div>
      </td>
      <td>
        <KeyName id={props.event.key_id} />
      </td>
      <td class="nowrap">
        {props.event.from_version} → {props.event.to_version}
      </td>
      <td>{words().rotation.causes[props.event.cause]}</td>
      <td class="break">{props.event.actor}</td>
      <td>
        <Lateness event={props.event} />
      </td>
    </tr>
  )
}

function Lateness(props: { readonly event: RotationEvent }): JSX.Element {
  return (
    <Show
      when={props.event.due_time !== undefined}
      fallback={<span class="muted">{words().rotation.noDueTime}</span>}
    >
      <Show
        when={props.event.late_ms > LATE_AFTER_MS}
        fallback={<span class="badge good">{words().rotation.onTime}</span>}
      >
        <span class="badge bad">{words().rotation.lateBy(format.span(props.event.late_ms))}</span>
      </Show>
    </Show>
  )
}

/** The alias of a key as a link to it; its id until that is known, and when the key is gone. */
export function KeyName(props: { readonly id: string }): JSX.Element {
  const [alias, setAlias] = createSignal<string>()
  // No resource: nothing else on the page is to wait for a name.
  createEffect(
    on(
      () => props.id,
      (id) => {
        setAlias(undefined)
        void aliasOf(id).then((found) => {
          if (props.id === id) setAlias(found)
        })
      },
    ),
  )
  return (
    <A href={`/keys/${props.id}`} title={props.id}>
      <Show when={alias()} fallback={<span class="mono">{props.id}</span>}>
        {(name) => name()}
      </Show>
    </A>
  )
}
