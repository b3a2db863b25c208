import { A } from '@solidjs/router'
import { createEffect, createMemo, createSignal, For, type JSX, onMount, Show } from 'solid-js'
import { format } from '../../format.ts'
import { locale, words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { EventsOfDay } from './latest.tsx'
import { type Day, faceOf, monthsOf, neighbourOf, shadeOf, shownCount } from './year.ts'

/** A year of days in columns of weeks: what was done on each, and what is due. */
export function Calendar(props: {
  readonly days: readonly Day[]
  /** How many half years from today's. */
  readonly shift: number
  readonly setShift: (shift: number) => void
}): JSX.Element {
  const today = () => props.days.findIndex(({ when }) => when === 'today')
  const [place, setPlace] = createSignal(0)
  const [pointed, setPointed] = createSignal<Day>()
  const [chosenMs, setChosenMs] = createSignal<number>()
  const chosen = () => props.days.find(({ startMs }) => startMs === chosenMs())
  const most = createMemo(() =>
    Math.max(0, ...props.days.map((day) => Math.max(day.done, day.due))),
  )
  let scroller: HTMLDivElement | undefined
  let grid: HTMLDivElement | undefined

  createEffect(() => {
    setPlace(Math.max(0, today()))
  })
  // Where the whole year has no room, today stands in the middle; once there is a layout to scroll.
  onMount(() =>
    requestAnimationFrame(() => {
      if (scroller) scroller.scrollLeft = (scroller.scrollWidth - scroller.clientWidth) / 2
    }),
  )
  function move(event: KeyboardEvent): void {
    const next = neighbourOf(place(), event.key)
    if (next === undefined) return
    event.preventDefault()
    setPlace(next)
    const cell = grid?.children[next]
    if (cell instanceof HTMLElement) cell.focus()
  }

  return (
    <section class="panel" aria-labelledby="calendar-title">
      <header>
        <h2 id="calendar-title">{words().rotation.calendar}</h2>
        <span class="push" />
        <Paging shift={props.shift} setShift={props.setShift} />
      </header>
      <div class="body stack">
        <p class="soft" id="calendar-hint">
          {words().rotation.calendarText}
          <span class="unseen"> {words().rotation.calendarKeys}</span>
        </p>
        <div class="calendar" ref={scroller}>
          <Months days={props.days} />
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; this is a grid of days */}
          <div
            class="days"
            role="group"
            aria-labelledby="calendar-title"
            aria-describedby="calendar-hint"
            ref={grid}
            onKeyDown={move}
            onPointerLeave={() => setPointed(undefined)}
          >
            <For each={props.days}>
              {(day, n) => (
                <button
                  type="button"
                  class={`day ${faceOf(day)}`}
                  classList={{
                    today: day.when === 'today',
                    late: day.late > 0,
                    overdue: day.when === 'past' && day.due > 0,
                  }}
                  data-shade={shadeOf(shownCount(day), most())}
                  data-day={day.startMs}
                  tabindex={place() === n() ? 0 : -1}
                  aria-label={sentenceOf(day)}
                  aria-current={day.when === 'today' ? 'date' : undefined}
                  aria-pressed={chosenMs() === day.startMs}
                  onPointerEnter={() => setPointed(day)}
                  onFocus={() => {
                    setPlace(n())
                    setPointed(day)
                  }}
                  onClick={() =>
                    setChosenMs((before) => (before === day.startMs ? undefined : day.startMs))
                  }
                />
              )}
            </For>
          </div>
        </div>
        <div class="row legend">
          <p class="readout" aria-hidden="true">
            <Show when={pointed()}>{(day) => sentenceOf(day())}</Show>
          </p>
          <Legend />
        </div>
        <div aria-live="polite" class="chosen-day">
          <Show when={chosen()}>{(day) => <OneDay day={day()} />}</Show>
        </div>
      </div>
    </section>
  )
}

/** A day in words. */
function sentenceOf({ startMs, when, done, late, due }: Day): string {
  const { rotation } = words()
  const said = [
    ...(done > 0 ? [rotation.doneCount(format.number(done))] : []),
    ...(late > 0 ? [rotation.lateCount(format.number(late))] : []),
    ...(due > 0
      ? [(when === 'past' ? rotation.overdueCount : rotation.dueCount)(format.number(due))]
      : []),
  ]
  return `${dayName(startMs)}: ${said.length === 0 ? rotation.nothing : said.join(', ')}`
}

function dayName(startMs: number): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(startMs)
}

function Months(props: { readonly days: readonly Day[] }): JSX.Element {
  const name = (startMs: number) =>
    new Intl.DateTimeFormat(locale(), { month: 'short', timeZone: 'UTC' }).format(startMs)
  return (
    <div class="months" aria-hidden="true">
      <For each={monthsOf(props.days)}>
        {({ week, startMs }) => (
          <span style={{ 'grid-column': week + 1 }}>
            {name(startMs)}
            <Show when={new Date(startMs).getUTCMonth() === 0}>
              {' '}
              <b>{new Date(startMs).getUTCFullYear()}</b>
            </Show>
          </span>
        )}
      </For>
    </div>
  )
}

function Paging(props: {
  readonly shift: number
  readonly setShift: (shift: number) => void
}): JSX.Element {
  const Button = (button: {
    readonly label: string
    readonly icon: 'left' | 'right'
    readonly to: number
  }) => (
    <button
      type="button"
      class="button plain icon small"
      aria-label={button.label}
      title={button.label}
      onClick={() => props.setShift(button.to)}
    >
      <Icon name={button.icon} size={16} />
    </button>
  )
  return (
    <div class="row">
      <Button label={words().rotation.earlier} icon="left" to={props.shift - 1} />
      <button
        type="button"
        class="button small"
        disabled={props.shift === 0}
        onClick={() => props.setShift(0)}
      >
        {words().rotation.now}
      </button>
      <Button label={words().rotation.later} icon="right" to={props.shift + 1} />
    </div>
  )
}

function Legend(): JSX.Element {
  const shades = [1, 2, 3, 4]
  return (
    <p class="row push small muted">
      {words().rotation.done}
      <span class="swatches" aria-hidden="true">
        <For each={shades}>{(shade) => <i class="day done" data-shade={shade} />}</For>
      </span>
      {words().rotation.late}
      <span class="swatches" aria-hidden="true">
        <i class="day done late" data-shade="3" />
      </span>
      {words().rotation.due}
      <span class="swatches" aria-hidden="true">
        <For each={shades}>{(shade) => <i class="day due" data-shade={shade} />}</For>
      </span>
    </p>
  )
}

function OneDay(props: { readonly day: Day }): JSX.Element {
  return (
    <div class="one-day stack">
      <h3>{sentenceOf(props.day)}</h3>
      <Show when={props.day.done + props.day.due === 0}>
        <p class="soft">{words().rotation.dayNothing}</p>
      </Show>
      <Show when={props.day.due > 0}>
        <p>
          {words().rotation.dayDue(format.number(props.day.due))}{' '}
          <A href="/keys?sort=next-rotation&order=asc">{words().rotation.dayToKeys}</A>
        </p>
      </Show>
      <Show when={props.day.done > 0}>
        <EventsOfDay startMs={props.day.startMs} />
      </Show>
    </div>
  )
}
