import {
  createMemo,
  createSignal,
  createUniqueId,
  For,
  type JSX,
  onCleanup,
  onMount,
  Show,
} from 'solid-js'
import { format } from '../../format.ts'
import { locale, words } from '../../language.ts'
import { type Bar, barsOf, type Day, gridOf, heightOf, type Step } from './year.ts'

/** Sizes of the chart, in pixels. */
const HEIGHT_PX = 240
const TOP_PX = 22
const BOTTOM_PX = 24
/** Width of the name of a month. */
const NAME_PX = 28

/** What a bar is made of, from the ground up. */
const LAYERS = ['inTime', 'late', 'overdue', 'due'] as const

/** Rotations by week or month: done in time, late, overdue, due. */
export function RotationChart(props: { readonly days: readonly Day[] }): JSX.Element {
  const [step, setStep] = createSignal<Step>('week')
  const [pointed, setPointed] = createSignal<Bar>()
  const bars = createMemo(() => barsOf(props.days, step()))
  const sum = (layers: readonly (typeof LAYERS)[number][]) =>
    format.number(
      bars().reduce((all, bar) => all + layers.reduce((of, layer) => of + bar[layer], 0), 0),
    )
  const todayMs = () => props.days.find(({ when }) => when === 'today')?.startMs ?? Number.NaN
  const summary = () =>
    words().rotation.chartText(sum(['inTime', 'late']), sum(['late']), sum(['overdue', 'due']))
  return (
    <section class="panel" aria-labelledby="chart-title">
      <header>
        <h2 id="chart-title">{words().rotation.chart}</h2>
        <span class="push" />
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these are two buttons */}
        <div class="segments" role="group" aria-label={words().rotation.step}>
          <For each={['week', 'month'] as const}>
            {(one) => (
              <button type="button" aria-pressed={step() === one} onClick={() => setStep(one)}>
                {one === 'week' ? words().rotation.byWeek : words().rotation.byMonth}
              </button>
            )}
          </For>
        </div>
      </header>
      <div class="body stack">
        <p class="soft">{summary()}</p>
        <p class="readout" aria-hidden="true">
          <Show when={pointed()} fallback={<Layers />}>
            {(bar) => `${spanName(bar(), step())}: ${countsOf(bar())}`}
          </Show>
        </p>
        <Plot
          bars={bars()}
          step={step()}
          todayMs={todayMs()}
          summary={summary()}
          point={setPointed}
        />
        <details>
          <summary>{words().rotation.asTable}</summary>
          <BarTable bars={bars()} step={step()} />
        </details>
      </div>
    </section>
  )
}

function Layers(): JSX.Element {
  return (
    <span class="layers">
      <For each={LAYERS}>
        {(layer) => (
          <span>
            <i class={layer} />
            {words().rotation.layers[layer]}
          </span>
        )}
      </For>
    </span>
  )
}

function Plot(props: {
  readonly bars: readonly Bar[]
  readonly step: Step
  readonly todayMs: number
  readonly summary: string
  readonly point: (bar: Bar | undefined) => void
}): JSX.Element {
  const [widthPx, setWidthPx] = createSignal(900)
  const hatchId = createUniqueId()
  let place: HTMLDivElement | undefined
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidthPx(entry.contentRect.width)
    })
    if (place) observer.observe(place)
    onCleanup(() => observer.disconnect())
  })
  const grid = createMemo(() => gridOf(Math.max(0, ...props.bars.map(heightOf))))
  const y = (count: number) =>
    HEIGHT_PX - BOTTOM_PX - (count / (grid().at(-1) ?? 1)) * (HEIGHT_PX - BOTTOM_PX - TOP_PX)
  const slot = () => widthPx() / props.bars.length
  const gap = () => Math.min(slot() * 0.28, 8)
  return (
    <div class="plot" ref={place}>
      <svg
        width={widthPx()}
        height={HEIGHT_PX}
        role="img"
        aria-label={props.summary}
        onPointerLeave={() => props.point(undefined)}
      >
        <defs>
          <pattern
            id={hatchId}
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="2.5" height="5" class="overdue" />
          </pattern>
        </defs>
        <For each={grid()}>
          {(count) => (
            <g class="gridline">
              <line x1="0" x2={widthPx()} y1={y(count)} y2={y(count)} />
            </g>
          )}
        </For>
        <For each={props.bars}>
          {(bar, n) => (
            <g onPointerEnter={() => props.point(bar)}>
              <rect class="catch" x={n() * slot()} y="0" width={slot()} height={HEIGHT_PX} />
              <For each={LAYERS}>
                {(layer, place) => {
                  const below = () =>
                    LAYERS.slice(0, place()).reduce((all, one) => all + bar[one], 0)
                  return (
                    <Show when={bar[layer] > 0}>
                      <rect
                        class={layer}
                        fill={layer === 'overdue' ? `url(#${hatchId})` : undefined}
                        x={n() * slot() + gap() / 2}
                        width={Math.max(1, slot() - gap())}
                        y={y(below() + bar[layer])}
                        height={Math.max(1.5, y(below()) - y(below() + bar[layer]))}
                      />
                    </Show>
                  )
                }}
              </For>
            </g>
          )}
        </For>
        {/* Over the bars, so that none hides them. */}
        <For each={grid().filter((count) => count > 0)}>
          {(count) => (
            <text x="0" y={y(count) - 5}>
              {format.number(count)}
            </text>
          )}
        </For>
        <Axis bars={props.bars} step={props.step} todayMs={props.todayMs} slot={slot()} />
      </svg>
    </div>
  )
}

/** Names of the months below, and where today is. */
function Axis(props: {
  readonly bars: readonly Bar[]
  readonly step: Step
  readonly todayMs: number
  readonly slot: number
}): JSX.Element {
  const names = createMemo(() => {
    let last = ''
    let endPx = -100
    return props.bars.flatMap(({ startMs, endMs }, n) => {
      const name = monthName(props.step === 'week' ? endMs - 1 : startMs)
      const x = n * props.slot
      const hasRoom = x >= endPx && x + NAME_PX <= props.bars.length * props.slot
      if (name === last || !hasRoom) return []
      last = name
      endPx = x + NAME_PX + 6
      return [{ x, name }]
    })
  })
  const todayX = () => {
    const n = props.bars.findIndex(
      ({ startMs, endMs }) => startMs <= props.todayMs && props.todayMs < endMs,
    )
    return n < 0 ? undefined : (n + 0.5) * props.slot
  }
  return (
    <g class="axis">
      <For each={names()}>
        {({ x, name }) => (
          <text x={x} y={HEIGHT_PX - 6}>
            {name}
          </text>
        )}
      </For>
      <Show when={todayX()}>
        {(x) => (
          <g class="today">
            <line x1={x()} x2={x()} y1="14" y2={HEIGHT_PX - BOTTOM_PX} />
            <text x={x()} y="10" text-anchor="middle">
              {words().rotation.now}
            </text>
          </g>
        )}
      </Show>
    </g>
  )
}

function BarTable(props: { readonly bars: readonly Bar[]; readonly step: Step }): JSX.Element {
  return (
    <section class="scroll-x" tabindex="0" aria-label={words().rotation.chart}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{words().rotation.span}</th>
            <For each={LAYERS}>
              {(layer) => (
                <th scope="col" class="number">
                  {words().rotation.layers[layer]}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={props.bars.filter((bar) => heightOf(bar) > 0)}>
            {(bar) => (
              <tr>
                <th scope="row">{spanName(bar, props.step)}</th>
                <For each={LAYERS}>
                  {(layer) => <td class="number">{format.number(bar[layer])}</td>}
                </For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  )
}

function spanName({ startMs }: Bar, step: Step): string {
  return step === 'week' ? words().rotation.weekOf(utcDay(startMs)) : monthName(startMs, true)
}

function countsOf(bar: Bar): string {
  const said = LAYERS.filter((layer) => bar[layer] > 0).map(
    (layer) => `${words().rotation.layers[layer]} ${format.number(bar[layer])}`,
  )
  return said.length === 0 ? words().rotation.nothing : said.join(' · ')
}

function utcDay(timeMs: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(timeMs)
}

function monthName(timeMs: number, isLong = false): string {
  return new Intl.DateTimeFormat(locale(), {
    month: isLong ? 'long' : 'short',
    ...(isLong ? { year: 'numeric' } : {}),
    timeZone: 'UTC',
  }).format(timeMs)
}
