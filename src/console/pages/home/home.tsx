import { A } from '@solidjs/router'
import { For, type JSX, Show } from 'solid-js'
import type { KeyRow, RotationEvent, ShowRotationOverviewReply } from '../../../client/index.ts'
import { createQuery } from '../../api/query.ts'
import { api, session } from '../../api/session.ts'
import { nowMs } from '../../clock.ts'
import { format } from '../../format.ts'
import { STATE_DIGITS, STATE_NAMES, type StateName } from '../../keys/key-facts.ts'
import { NextRotation } from '../../keys/next-rotation.tsx'
import { StateBadge } from '../../keys/state-badge.tsx'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { KeyName } from '../rotation/latest.tsx'
import { Tiles } from '../rotation/tiles.tsx'
import '../rotation/rotation.css'
import './home.css'

/** Rows of each list. */
const ROWS = 6

interface Glance {
  readonly states: readonly { readonly state: StateName; readonly count: number }[]
  readonly overview: ShowRotationOverviewReply
  readonly next: readonly KeyRow[]
  readonly latest: readonly RotationEvent[]
}

/** The project at a glance: how many keys, how they rotate, what comes next and what was last. */
export function Home(): JSX.Element {
  const query = createQuery(
    () => true,
    (_, signal) => look(signal),
    { keep: true },
  )
  const project = () => session()?.projectName ?? ''
  return (
    <Page
      title={words().home.title}
      lead={words().home.lead(project())}
      actions={
        <A class="button primary" href="/keys/new">
          <Icon name="plus" size={18} />
          {words().home.createKey}
        </A>
      }
    >
      <Loaded query={query} lines={8}>
        {(glance) => (
          <Show when={countOf(glance()) > 0} fallback={<Welcome />}>
            <div class="rotation">
              <States glance={glance()} />
              <Tiles overview={glance().overview} />
              <div class="two">
                <Next keys={glance().next} />
                <LatestShort events={glance().latest} />
              </div>
            </div>
          </Show>
        )}
      </Loaded>
    </Page>
  )
}

async function look(signal: AbortSignal): Promise<Glance> {
  const client = api()
  const count = async (state: StateName) => {
    const request = { key_state: STATE_DIGITS[state], limit: 1 }
    return { state, count: (await client.searchKeys(request, { signal })).total ?? 0 }
  }
  const [overview, next, latest, ...states] = await Promise.all([
    client.showRotationOverview({ days: '1' }, { signal }),
    client.searchKeys(
      { rotation: 'on', sort: 'next-rotation', order: 'asc', limit: ROWS },
      { signal },
    ),
    client.listProjectRotationEvents({ limit: ROWS }, { signal }),
    ...STATE_NAMES.map(count),
  ])
  return { states, overview, next: next.keys, latest: latest.events }
}

function countOf({ states }: Glance): number {
  return states.reduce((all, { count }) => all + count, 0)
}

function States(props: { readonly glance: Glance }): JSX.Element {
  const count = () => countOf(props.glance)
  return (
    <section class="states" aria-label={words().home.byState}>
      <A class="count" href="/keys">
        {count() === 1 ? words().home.oneKey : words().home.keys(format.number(count()))}
      </A>
      <ul class="row">
        <For each={props.glance.states.filter((one) => one.count > 0)}>
          {({ state, count }) => (
            <li>
              <A href={`/keys?state=${state}`}>
                <StateBadge state={state} />
                <span>{format.number(count)}</span>
              </A>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}

function Next(props: { readonly keys: readonly KeyRow[] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="next-title">
      <header>
        <h2 id="next-title">{words().home.next}</h2>
        <A class="push small" href="/keys?rotation=on&sort=next-rotation">
          {words().home.all}
        </A>
      </header>
      <Show
        when={props.keys.length > 0}
        fallback={<p class="body soft">{words().home.nextNone}</p>}
      >
        <ul class="lines">
          <For each={props.keys}>
            {(row) => (
              <li>
                <A href={`/keys/${row.key_id}`}>{row.key_alias}</A>
                <span class="push">
                  <NextRotation row={row} />
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

function LatestShort(props: { readonly events: readonly RotationEvent[] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="latest-title">
      <header>
        <h2 id="latest-title">{words().home.latest}</h2>
        <A class="push small" href="/rotation">
          {words().home.all}
        </A>
      </header>
      <Show
        when={props.events.length > 0}
        fallback={<p class="body soft">{words().home.latestNone}</p>}
      >
        <ul class="lines">
          <For each={props.events}>
            {(event) => (
              <li>
                <KeyName id={event.key_id} />
                <span class="muted small">
                  {words().home.rotated(event.from_version, event.to_version)}
                </span>
                <time
                  class="push"
                  datetime={new Date(Number(event.time)).toISOString()}
                  title={format.dateTime(Number(event.time))}
                >
                  {format.relative(Number(event.time), nowMs())}
                </time>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

function Welcome(): JSX.Element {
  return (
    <section class="panel padded welcome stack" aria-labelledby="welcome-title">
      <h2 id="welcome-title" class="headline">
        {words().home.welcome}
      </h2>
      <p class="soft">{words().home.welcomeText}</p>
      <ol>
        <For each={words().home.steps}>{(step) => <li>{step}</li>}</For>
      </ol>
      <div>
        <A class="button primary" href="/keys/new">
          {words().home.createKey}
        </A>
      </div>
    </section>
  )
}
