import { A } from '@solidjs/router'
import { For, type JSX, Show } from 'solid-js'
import type { ShowRotationOverviewReply } from '../../../client/index.ts'
import { format } from '../../format.ts'
import { words } from '../../language.ts'

interface Tile {
  readonly name: 'on' | 'off' | 'overdue' | 'never' | 'notRotatable'
  readonly count: number
  readonly text: string
}

/** How many keys rotate, do not, are late: as a bar of shares, and as tiles that lead to the keys. */
export function Tiles(props: { readonly overview: ShowRotationOverviewReply }): JSX.Element {
  const tiles = (): readonly Tile[] => {
    const { on, off, overdue, never_rotated, not_rotatable } = props.overview
    const { rotation } = words()
    return [
      { name: 'on', count: on, text: rotation.onText },
      {
        name: 'overdue',
        count: overdue,
        text: overdue === 0 ? rotation.overdueNone : rotation.overdueText,
      },
      { name: 'off', count: off, text: rotation.offText },
      { name: 'never', count: never_rotated, text: rotation.neverText },
      { name: 'notRotatable', count: not_rotatable, text: rotation.notRotatableText },
    ]
  }
  const rotatable = () => props.overview.on + props.overview.off
  return (
    <section aria-label={words().rotation.composition} class="stack">
      <p class="headline">
        <Show when={rotatable() > 0} fallback={words().rotation.shareNone}>
          {words().rotation.share(format.percent(props.overview.on / rotatable()))}
        </Show>
      </p>
      <Show when={rotatable() > 0}>
        <Shares overview={props.overview} />
      </Show>
      <ul class="tiles">
        <For each={tiles()}>
          {(tile) => (
            <li class={`tile ${tile.name}`} classList={{ none: tile.count === 0 }}>
              <Show when={FILTERS[tile.name]} fallback={<Figure tile={tile} />}>
                {(filter) => (
                  <A href={`/keys?rotation=${filter()}`}>
                    <Figure tile={tile} />
                  </A>
                )}
              </Show>
            </li>
          )}
        </For>
      </ul>
    </section>
  )
}

/** By which filter of the table of keys the keys of a tile are found. */
const FILTERS: Readonly<Partial<Record<Tile['name'], string>>> = {
  on: 'on',
  off: 'off',
  overdue: 'overdue',
  never: 'never',
}

function Figure(props: { readonly tile: Tile }): JSX.Element {
  return (
    <>
      <span class="name">{words().rotation[props.tile.name]}</span>
      <strong>{format.number(props.tile.count)}</strong>
      <span class="text">{props.tile.text}</span>
    </>
  )
}

/** One bar, divided as the keys are that can rotate: what the sentence above it speaks of. */
function Shares(props: { readonly overview: ShowRotationOverviewReply }): JSX.Element {
  const parts = () => {
    const { on, off, overdue } = props.overview
    return [
      { name: 'on', count: Math.max(0, on - overdue) },
      { name: 'overdue', count: overdue },
      { name: 'off', count: off },
    ].filter(({ count }) => count > 0)
  }
  return (
    <div class="shares" aria-hidden="true">
      <For each={parts()}>
        {({ name, count }) => <span class={name} style={{ 'flex-grow': count }} />}
      </For>
    </div>
  )
}
