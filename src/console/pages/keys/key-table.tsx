// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by themselves, which a table's layout cannot
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in a row takes the focus for it
import { A } from '@solidjs/router'
import { createVirtualizer } from '@tanstack/solid-virtual'
import { createEffect, createSignal, For, type JSX, on, onCleanup, onMount, Show } from 'solid-js'
import type { KeyRow } from '../../../client/index.ts'
import { format } from '../../format.ts'
import { isOwned, rotationStanding, stateOf } from '../../keys/key-facts.ts'
import { NextRotation } from '../../keys/next-rotation.tsx'
import type { PagedRows } from '../../keys/paged-rows.ts'
import { StateBadge } from '../../keys/state-badge.tsx'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import type { KeyFilter, Sort } from './key-filter.ts'

/** Heights in pixels of a row, on a wide screen and on a phone, and of the head; also in the style sheet. */
const ROW_PX = { wide: 56, narrow: 96 } as const
const HEAD_PX = 44
const NARROW = '(max-width: 52rem)'
/** Rows above and below what is seen that are there already. */
const OVERSCAN = 8

interface Column {
  readonly name: 'key' | 'spec' | 'state' | 'rotation' | 'nextRotation' | 'lastRotation' | 'created'
  readonly sort?: Sort
}

const COLUMNS: readonly Column[] = [
  { name: 'key', sort: 'alias' },
  { name: 'spec' },
  { name: 'state' },
  { name: 'rotation' },
  { name: 'nextRotation', sort: 'next-rotation' },
  { name: 'lastRotation', sort: 'last-rotation' },
  { name: 'created', sort: 'created' },
]

/** The table of keys: as many rows as are seen, of however many there are. */
export function KeyTable(props: {
  readonly rows: PagedRows<KeyRow>
  readonly filter: KeyFilter
}): JSX.Element {
  let place: HTMLDivElement | undefined
  const narrow = matchMedia(NARROW)
  const [isNarrow, setNarrow] = createSignal(narrow.matches)
  const [active, setActive] = createSignal(0)
  /** The row that is to have the focus as soon as it is there. */
  const [wanted, setWanted] = createSignal<number>()
  const onChange = () => setNarrow(narrow.matches)
  onMount(() => narrow.addEventListener('change', onChange))
  onCleanup(() => narrow.removeEventListener('change', onChange))

  const rowPx = () => (isNarrow() ? ROW_PX.narrow : ROW_PX.wide)
  const shownRows = () => props.rows.count() + (props.rows.isAtEnd() || props.rows.isCut() ? 0 : 1)
  const virtualizer = createVirtualizer<HTMLDivElement, HTMLDivElement>({
    get count() {
      return shownRows()
    },
    getScrollElement: () => place ?? null,
    estimateSize: () => rowPx(),
    overscan: OVERSCAN,
    // The head stands above the rows, and stays when these are scrolled.
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
  })
  createEffect(on(rowPx, () => virtualizer.measure(), { defer: true }))
  createEffect(() => {
    const items = virtualizer.getVirtualItems()
    const first = items[0]?.index ?? 0
    const last = items.at(-1)?.index ?? 0
    props.rows.see(first, last)
  })

  function moveTo(index: number): void {
    const target = Math.max(0, Math.min(props.rows.count() - 1, index))
    setActive(target)
    // The row that has the focus may go when others come: the table keeps it until the wanted one is there.
    place?.focus({ preventScroll: true })
    setWanted(target)
    virtualizer.scrollToIndex(target, { align: 'auto' })
  }
  createEffect(() => {
    const target = wanted()
    if (target === undefined || props.rows.row(target) === undefined) return
    const isPlaced = virtualizer.getVirtualItems().some(({ index }) => index === target)
    if (!isPlaced) return
    focusRow(place, target)
    setWanted(undefined)
  })

  function onKeyDown(event: KeyboardEvent): void {
    const pageRows = Math.max(1, Math.floor((place?.clientHeight ?? 0) / rowPx()) - 1)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active() + 1,
      ArrowUp: active() - 1,
      PageDown: active() + pageRows,
      PageUp: active() - pageRows,
      Home: 0,
      End: props.rows.count() - 1,
    }
    const target = steps[event.key]
    const isOnRow =
      event.target === place ||
      (event.target instanceof Element && event.target.closest('[data-row]') !== null)
    if (target === undefined || !isOnRow || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    moveTo(target)
  }

  return (
    <div
      class="keys"
      role="grid"
      ref={place}
      aria-label={words().frame.keys}
      aria-rowcount={(props.rows.total() ?? -2) + 1}
      aria-colcount={COLUMNS.length}
      aria-describedby="keys-keyboard"
      data-kept-pages={props.rows.keptPages()}
      tabindex="-1"
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" class="keys-head">
        <div role="row" class="keys-row" aria-rowindex={1}>
          <For each={COLUMNS}>
            {(column) => <ColumnHead column={column} filter={props.filter} />}
          </For>
        </div>
      </div>
      <div role="rowgroup" class="keys-body" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <For each={virtualizer.getVirtualItems()}>
          {(item) => (
            <div
              role="row"
              class="keys-row"
              classList={{
                active: item.index === active(),
                turning: isTurning(props.rows.row(item.index)),
              }}
              data-row={item.index}
              aria-rowindex={item.index + 2}
              style={{ transform: `translateY(${item.start - HEAD_PX}px)` }}
            >
              <Show when={props.rows.row(item.index)} fallback={<WaitingCells />}>
                {(row) => (
                  <Cells
                    row={row()}
                    isActive={item.index === active()}
                    focused={() => setActive(item.index)}
                  />
                )}
              </Show>
            </div>
          )}
        </For>
      </div>
    </div>
  )
}

/** Whether a key rotates by itself, so that its next rotation says more than its interval. */
function isTurning(row: KeyRow | undefined): boolean {
  return row !== undefined && rotationStanding(row).kind === 'on'
}

function focusRow(place: HTMLElement | undefined, index: number): void {
  place?.querySelector<HTMLElement>(`[data-row="${index}"] a`)?.focus({ preventScroll: true })
}

function ColumnHead(props: { readonly column: Column; readonly filter: KeyFilter }): JSX.Element {
  const label = () => words().keys[props.column.name]
  const isSorted = () => props.column.sort === props.filter.sort()
  const order = () => {
    if (props.column.sort === undefined) return undefined
    if (!isSorted()) return 'none'
    return props.filter.isDescending() ? 'descending' : 'ascending'
  }
  return (
    <div role="columnheader" aria-sort={order()} class={`cell-${props.column.name}`}>
      <Show when={props.column.sort} fallback={label()}>
        {(sort) => (
          <button
            type="button"
            title={words().keys.sortBy(label())}
            onClick={() => props.filter.sortBy(sort())}
          >
            {label()}
            <Show when={isSorted()}>
              <Icon name={props.filter.isDescending() ? 'down' : 'up'} size={14} />
            </Show>
          </button>
        )}
      </Show>
    </div>
  )
}

function Cells(props: {
  readonly row: KeyRow
  readonly isActive: boolean
  readonly focused: () => void
}): JSX.Element {
  const text = () => words().keys
  const interval = () => {
    const standing = rotationStanding(props.row)
    switch (standing.kind) {
      case 'on':
      case 'paused':
        return text().every(standing.intervalDays)
      case 'off':
        return text().off
      case 'never':
        return text().notByItself
      default:
        throw standing satisfies never
    }
  }
  return (
    <>
      <div role="gridcell" class="cell-key">
        <A
          href={`/keys/${props.row.key_id}`}
          tabindex={props.isActive ? 0 : -1}
          onFocus={props.focused}
        >
          {props.row.key_alias}
        </A>
        <Show when={!isOwned(props.row)}>
          <span class="badge bare">{text().defaultKey}</span>
        </Show>
        <small class="mono">{props.row.key_id}</small>
      </div>
      <div role="gridcell" class="cell-spec mono">
        {props.row.key_spec}
      </div>
      <div role="gridcell" class="cell-state">
        <StateBadge state={stateOf(props.row)} />
      </div>
      <div role="gridcell" class="cell-rotation">
        {interval()}
      </div>
      <div role="gridcell" class="cell-nextRotation">
        <NextRotation row={props.row} isBrief />
      </div>
      <div role="gridcell" class="cell-lastRotation">
        <Show
          when={props.row.last_rotation_time}
          fallback={<span class="muted">{words().frame.never}</span>}
        >
          {(time) => format.date(Number(time()))}
        </Show>
      </div>
      <div role="gridcell" class="cell-created">
        {format.date(Number(props.row.creation_date))}
      </div>
    </>
  )
}

function WaitingCells(): JSX.Element {
  return (
    <For each={COLUMNS}>
      {({ name }) => (
        <div role="gridcell" class={`cell-${name}`}>
          <span class="skeleton" />
        </div>
      )}
    </For>
  )
}
