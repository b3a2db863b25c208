import { createMemo, For, type JSX, Show } from 'solid-js'
import { format } from '../../format.ts'
import { type Period, type Timeline, type Turn, ticksOf } from '../../keys/timeline-model.ts'
import { words } from '../../language.ts'
import './timeline.css'

/** Heights in the picture, in pixels. */
const BAR = { top: 26, height: 40 } as const
const EVENTS_Y = 100
const AXIS_Y = 136
const LABELS_Y = 156
const NOW_LABEL_Y = 14
/** A bar narrower than this share of the picture has no name in it. */
const NAMED_SHARE = 0.045
const TICKS = 5

/** Versions over time, and each rotation: when it was due, when it was done, and what comes next. */
export function TimelinePicture(props: { readonly timeline: Timeline }): JSX.Element {
  const text = () => words().keyRotation
  const line = () => props.timeline
  const spanMs = () => Math.max(1, line().toMs - line().fromMs)
  const shareOf = (timeMs: number) => (timeMs - line().fromMs) / spanMs()
  const x = (timeMs: number) => `${(shareOf(timeMs) * 100).toFixed(3)}%`
  const label = () =>
    text().timelineText(line().periods.length, format.date(line().fromMs), format.date(line().toMs))
  const ticks = createMemo(() => ticksOf(line(), TICKS))
  const name = (timeMs: number) =>
    ticks().step === 'day' ? format.day(timeMs) : format.month(timeMs)
  const futureMs = () => {
    const next = line().nextMs
    return next !== undefined && next > line().nowMs ? next : undefined
  }

  return (
    <svg class="timeline" role="img" aria-label={label()}>
      <For each={ticks().timesMs}>
        {(timeMs, at) => (
          <>
            <line class="grid" x1={x(timeMs)} x2={x(timeMs)} y1={BAR.top} y2={AXIS_Y} />
            <text
              classList={{ spare: at() % 2 === 1 }}
              x={x(timeMs)}
              y={LABELS_Y}
              text-anchor="middle"
            >
              {name(timeMs)}
            </text>
          </>
        )}
      </For>
      <line class="axis" x1="0" x2="100%" y1={AXIS_Y} y2={AXIS_Y} />
      <For each={line().periods}>
        {(period) => (
          <Bar period={period} x={x} share={shareOf(period.toMs) - shareOf(period.fromMs)} />
        )}
      </For>
      <Show when={futureMs()}>
        {(nextMs) => (
          <rect
            class="period next"
            x={x(line().nowMs)}
            y={BAR.top}
            height={BAR.height}
            width={`${((shareOf(nextMs()) - shareOf(line().nowMs)) * 100).toFixed(3)}%`}
          >
            <title>{`${text().next}: ${format.dateTime(nextMs())}`}</title>
          </rect>
        )}
      </Show>
      <For each={line().turns}>{(turn) => <Mark turn={turn} x={x} />}</For>
      <Show when={line().nextMs}>
        {(nextMs) => (
          <circle class="due" cx={x(nextMs())} cy={EVENTS_Y} r="5">
            <title>{`${text().next}: ${format.dateTime(nextMs())}`}</title>
          </circle>
        )}
      </Show>
      <line
        class="now"
        x1={x(line().nowMs)}
        x2={x(line().nowMs)}
        y1={NOW_LABEL_Y + 5}
        y2={AXIS_Y}
      />
      <text
        class="now-name"
        x={x(line().nowMs)}
        y={NOW_LABEL_Y}
        text-anchor={shareOf(line().nowMs) > 0.9 ? 'end' : 'middle'}
      >
        {text().today}
      </text>
    </svg>
  )
}

function Bar(props: {
  readonly period: Period
  readonly x: (timeMs: number) => string
  readonly share: number
}): JSX.Element {
  const title = () =>
    `${words().key.versionNumber(props.period.version)}: ${format.dateTime(props.period.fromMs)}`
  return (
    <>
      <rect
        class="period"
        classList={{ primary: props.period.isPrimary }}
        x={props.x(props.period.fromMs)}
        y={BAR.top}
        width={`${Math.max(0.15, props.share * 100).toFixed(3)}%`}
        height={BAR.height}
        rx="4"
      >
        <title>{title()}</title>
      </rect>
      <Show when={props.share >= NAMED_SHARE}>
        <text
          class={props.period.isPrimary ? 'primary-name' : 'name'}
          x={props.x(props.period.fromMs)}
          dx="8"
          y={BAR.top + BAR.height / 2 + 4}
        >
          {props.period.version}
        </text>
      </Show>
    </>
  )
}

function Mark(props: { readonly turn: Turn; readonly x: (timeMs: number) => string }): JSX.Element {
  const text = () => words().keyRotation
  const isLate = () => props.turn.kind === 'late'
  const title = () => {
    const { doneMs, dueMs, event } = props.turn
    const due = dueMs === undefined ? '' : ` · ${text().due}: ${format.dateTime(dueMs)}`
    return `${text().done}: ${format.dateTime(doneMs)}${due} · ${text().causes[event.cause]}`
  }
  return (
    <>
      <line
        class="stem"
        x1={props.x(props.turn.doneMs)}
        x2={props.x(props.turn.doneMs)}
        y1={BAR.top + BAR.height}
        y2={EVENTS_Y}
      />
      <Show when={isLate() ? props.turn.dueMs : undefined}>
        {(dueMs) => (
          <>
            <line
              class="lateness"
              x1={props.x(dueMs())}
              x2={props.x(props.turn.doneMs)}
              y1={EVENTS_Y}
              y2={EVENTS_Y}
            />
            <circle class="due" cx={props.x(dueMs())} cy={EVENTS_Y} r="5" />
          </>
        )}
      </Show>
      <circle class={`done ${props.turn.kind}`} cx={props.x(props.turn.doneMs)} cy={EVENTS_Y} r="6">
        <title>{title()}</title>
      </circle>
    </>
  )
}

/** What the marks of the picture mean. */
export function TimelineLegend(): JSX.Element {
  const text = () => words().keyRotation
  const marks = () =>
    [
      ['period', text().legendPeriod],
      ['done', `${text().legendDone}, ${text().onTime}`],
      ['demand', `${text().legendDone}, ${text().causes.demand}`],
      ['due', text().legendDue],
      ['late', text().legendLate],
      ['next', text().legendNext],
    ] as const
  return (
    <ul class="legend" aria-hidden="true">
      <For each={marks()}>
        {([name, label]) => (
          <li>
            <span class={`swatch ${name}`} />
            {label}
          </li>
        )}
      </For>
    </ul>
  )
}
