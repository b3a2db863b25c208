import { createMemo, createSignal, For, type JSX, Show } from 'solid-js'
import type { KeyRow, KeyVersion } from '../../client/index.ts'
import { warnOf } from '../api/failure.ts'
import { createQuery } from '../api/query.ts'
import { api } from '../api/session.ts'
import { nowMs } from '../clock.ts'
import { format } from '../format.ts'
import { words } from '../language.ts'
import { Loaded } from '../parts/states.tsx'
import { useOf } from './use-of.ts'
import './usage.css'
import { VersionRetirement } from './version-retirement.tsx'

const PAGE_VERSIONS = 100

/** The versions of a key, how much each is used, and how much is still opened with old ones. */
export function VersionUsage(props: { readonly row: KeyRow }): JSX.Element {
  const [older, setOlder] = createSignal<readonly KeyVersion[]>([])
  const [marker, setMarker] = createSignal('')
  const query = createQuery(
    // Again after a rotation, too.
    () => ({ key_id: props.row.key_id, rotations: props.row.number_of_rotations }),
    async ({ key_id }, signal) => {
      const reply = await api().listKeyVersions({ key_id, limit: PAGE_VERSIONS }, { signal })
      setOlder([])
      setMarker(String(reply.next_marker))
      return reply
    },
    { keep: true },
  )
  async function loadOlder(): Promise<void> {
    try {
      const { key_id } = props.row
      const request = { key_id, limit: PAGE_VERSIONS, marker: marker() }
      const reply = await api().listKeyVersions(request)
      setOlder((before) => [...before, ...reply.versions])
      setMarker(String(reply.next_marker))
    } catch (thrown) {
      warnOf(thrown)
    }
  }
  return (
    <Loaded query={query}>
      {(reply) => {
        const versions = createMemo(() => [...reply().versions, ...older()])
        return (
          <div class="stack usage">
            <Headline versions={versions()} since={Number(reply().counted_since)} />
            <VersionTable
              keyId={props.row.key_id}
              versions={versions()}
              changed={() => void query.refetch()}
            />
            <Show when={marker() !== ''}>
              <div>
                <button type="button" class="button small" onClick={() => void loadOlder()}>
                  {words().frame.loadMore}
                </button>
              </div>
            </Show>
          </div>
        )
      }}
    </Loaded>
  )
}

/** The one figure that people come for, as a sentence and as a bar. */
function Headline(props: {
  readonly versions: readonly KeyVersion[]
  readonly since: number
}): JSX.Element {
  const text = () => words().usage
  const use = createMemo(() => useOf(props.versions))
  const sentence = () => {
    const { opens, openedWithOld, protects } = use()
    if (opens + protects === 0) return text().unused
    return openedWithOld === 0 ? text().oldNone : text().old(format.percent(openedWithOld / opens))
  }
  return (
    <section class="panel padded stack" aria-labelledby="usage-title">
      <h2 id="usage-title" class="headline">
        {sentence()}
      </h2>
      <Show when={use().opens > 0}>
        <div class="old-share" aria-hidden="true">
          <span class="new" style={{ 'flex-grow': use().opens - use().openedWithOld }} />
          <span class="old" style={{ 'flex-grow': use().openedWithOld }} />
        </div>
        <p>
          {text().oldText(format.number(use().openedWithOld), format.number(use().opens))}
          <Show when={use().openedWithOld > 0}> {text().rewrap}</Show>
        </p>
      </Show>
      <p class="soft small">
        {text().since(format.dateTime(props.since))} {text().delay}
      </p>
    </section>
  )
}

function VersionTable(props: {
  readonly keyId: string
  readonly versions: readonly KeyVersion[]
  readonly changed: () => void
}): JSX.Element {
  const text = () => words().usage
  const most = createMemo(() =>
    Math.max(1, ...props.versions.map((one) => Math.max(one.protect_count, one.open_count))),
  )
  const heads = () => [
    { name: text().version },
    { name: text().state },
    { name: text().created },
    { name: text().protects, isNumber: true },
    { name: text().opens, isNumber: true },
    { name: text().use },
    { name: text().lastUse },
    { name: text().retirement.head },
  ]
  return (
    <section class="panel scroll-x" tabindex="0" aria-label={text().title}>
      <table class="table versions">
        <thead>
          <tr>
            <For each={heads()}>
              {({ name, isNumber }) => (
                <th scope="col" classList={{ number: isNumber ?? false }}>
                  {name}
                </th>
              )}
            </For>
          </tr>
        </thead>
        <tbody>
          <For each={props.versions}>
            {(version) => <Row {...props} version={version} most={most()} />}
          </For>
        </tbody>
      </table>
    </section>
  )
}

const TONES = { primary: 'accent', former: 'rest', retired: 'warn', gone: 'bad' } as const

function Row(props: {
  readonly keyId: string
  readonly version: KeyVersion
  readonly most: number
  readonly changed: () => void
}): JSX.Element {
  const text = () => words().usage
  const count = (name: 'protect_count' | 'open_count') => format.number(props.version[name])
  const width = (name: 'protect_count' | 'open_count') =>
    `${(100 * props.version[name]) / props.most}%`
  return (
    <tr>
      <th scope="row">{props.version.version}</th>
      <td class="nowrap">
        <span class={`badge ${TONES[props.version.state]}`}>
          {text().states[props.version.state]}
        </span>
        <Show when={props.version.origin === 'external'}>
          <span class="badge bare">{text().origins.external}</span>
        </Show>
      </td>
      <td class="nowrap">
        {format.date(Number(props.version.create_time))}
        <Show when={props.version.expiration_time !== ''}>
          <div class="muted small">
            {text().expires} {format.date(Number(props.version.expiration_time))}
          </div>
        </Show>
      </td>
      <td class="number">{count('protect_count')}</td>
      <td class="number">{count('open_count')}</td>
      <td class="bars">
        <span class="protects" style={{ width: width('protect_count') }} />
        <span class="opens" style={{ width: width('open_count') }} />
      </td>
      <td class="nowrap">
        <Show
          when={props.version.last_used_time}
          fallback={<span class="muted">{words().frame.never}</span>}
        >
          {(time) => (
            <time
              datetime={new Date(Number(time())).toISOString()}
              title={format.dateTime(Number(time()))}
            >
              {format.relative(Number(time()), nowMs())}
            </time>
          )}
        </Show>
      </td>
      <td>
        <VersionRetirement keyId={props.keyId} version={props.version} changed={props.changed} />
      </td>
    </tr>
  )
}
