import { A } from '@solidjs/router'
import { createMemo, createSignal, type JSX, Show } from 'solid-js'
import type { ShowRotationOverviewReply } from '../../../client/index.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { nowMs } from '../../clock.ts'
import { words } from '../../language.ts'
import { Page } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Calendar } from './calendar.tsx'
import { Latest } from './latest.tsx'
import { RotationChart } from './rotation-chart.tsx'
import { Tiles } from './tiles.tsx'
import { daysOf, firstDayOf, YEAR_DAYS } from './year.ts'
import './rotation.css'

/** The rotation of the project: tiles, a calendar, a chart, and what was done lately. */
export function Rotation(): JSX.Element {
  const [shift, setShift] = createSignal(0)
  const query = createQuery(
    () => firstDayOf(nowMs(), shift()),
    async (first, signal) => {
      const overview = await api().showRotationOverview(
        { from: String(first), days: String(YEAR_DAYS) },
        { signal },
      )
      return { first, overview }
    },
    { keep: true },
  )
  return (
    <Page title={words().rotation.title} lead={words().rotation.lead}>
      <Loaded query={query} lines={8}>
        {(found) => (
          <Overview
            first={found().first}
            overview={found().overview}
            shift={shift()}
            setShift={setShift}
          />
        )}
      </Loaded>
    </Page>
  )
}

function Overview(props: {
  readonly first: number
  readonly overview: ShowRotationOverviewReply
  readonly shift: number
  readonly setShift: (shift: number) => void
}): JSX.Element {
  const days = createMemo(() =>
    daysOf(props.first, props.overview.days, Number(props.overview.now)),
  )
  const isEmpty = () => {
    const { on, off, not_rotatable, days } = props.overview
    return on + off + not_rotatable + days.length === 0 && props.shift === 0
  }
  return (
    <Show when={!isEmpty()} fallback={<Nothing />}>
      <div class="rotation">
        <Tiles overview={props.overview} />
        <Calendar days={days()} shift={props.shift} setShift={props.setShift} />
        <RotationChart days={days()} />
        <Latest />
      </div>
    </Show>
  )
}

function Nothing(): JSX.Element {
  return (
    <div class="panel">
      <Empty icon="rotate" title={words().rotation.empty} text={words().rotation.emptyText}>
        <A class="button primary" href="/keys/new">
          {words().rotation.emptyCreate}
        </A>
      </Empty>
    </div>
  )
}
