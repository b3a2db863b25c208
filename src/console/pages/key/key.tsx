import { A, useParams } from '@solidjs/router'
import { createEffect, For, type JSX, lazy, Match, on, Show, Suspense, Switch } from 'solid-js'
import { Dynamic } from 'solid-js/web'
import type { KeyRow } from '../../../client/index.ts'
import { refusals } from '../../api/action.ts'
import { failureOf } from '../../api/failure.ts'
import { createQuery } from '../../api/query.ts'
import { api, lookAtClock } from '../../api/session.ts'
import { format } from '../../format.ts'
import { CurrentKeyContext } from '../../keys/current-key.ts'
import { hasPublicKey, stateOf } from '../../keys/key-facts.ts'
import { NextRotation } from '../../keys/next-rotation.tsx'
import { StateBadge } from '../../keys/state-badge.tsx'
import { words } from '../../language.ts'
import { Copy } from '../../parts/copy.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page } from '../../parts/page.tsx'
import { Failed, Skeleton } from '../../parts/states.tsx'
import './key.css'

/** The tabs of a key's page, by their place in the address; each is fetched when it is gone to. */
const TABS = [
  {
    path: 'overview',
    name: 'overview',
    isFor: () => true,
    body: lazy(async () => ({ default: (await import('./overview.tsx')).Overview })),
  },
  {
    path: 'rotation',
    name: 'rotation',
    isFor: () => true,
    body: lazy(async () => ({ default: (await import('./rotation.tsx')).Rotation })),
  },
  {
    path: 'usage',
    name: 'versions',
    isFor: () => true,
    body: lazy(async () => ({ default: (await import('./usage.tsx')).Usage })),
  },
  {
    path: 'import',
    name: 'import',
    isFor: (row: KeyRow) => row.origin === 'external',
    body: lazy(async () => ({ default: (await import('./import.tsx')).Import })),
  },
  {
    path: 'aliases',
    name: 'aliases',
    isFor: () => true,
    body: lazy(async () => ({ default: (await import('./aliases.tsx')).Aliases })),
  },
  {
    path: 'tags',
    name: 'tags',
    isFor: () => true,
    body: lazy(async () => ({ default: (await import('./tags.tsx')).Tags })),
  },
  {
    path: 'grants',
    name: 'grants',
    isFor: () => true,
    body: lazy(async () => ({ default: (await import('./grants.tsx')).Grants })),
  },
  {
    path: 'public-key',
    name: 'publicKey',
    isFor: (row: KeyRow) => hasPublicKey(row.key_spec),
    body: lazy(async () => ({ default: (await import('./public-key.tsx')).PublicKey })),
  },
] as const

/** All about one key. */
export function Key(): JSX.Element {
  const params = useParams<{ id: string; tab?: string }>()
  const query = createQuery(
    () => params.id,
    async (keyId, signal) => {
      // A virtual clock is asked each time: it may have been advanced.
      const [{ key }] = await Promise.all([
        api().showKeyRow({ key_id: keyId }, { signal }),
        lookAtClock(),
      ])
      return key
    },
  )
  createEffect(on(refusals, () => void query.refetch(), { defer: true }))
  const isUnknown = () => {
    const error = query.error()
    return error !== undefined && [400, 404].includes(failureOf(error).status)
  }
  return (
    <Switch fallback={<Waiting />}>
      <Match when={query.data() === undefined && isUnknown()}>
        <Page title={words().key.unknown} lead={words().key.unknownText} above={<Back />}>
          <A class="button" href="/keys">
            {words().frame.toKeys}
          </A>
        </Page>
      </Match>
      <Match when={query.data() === undefined && query.error()}>
        <Page title={words().key.title} above={<Back />}>
          <Failed error={query.error()} retry={query.refetch} />
        </Page>
      </Match>
      <Match when={query.data()}>
        {(row) => (
          <CurrentKeyContext.Provider value={{ row, refetch: query.refetch }}>
            <Page
              title={row().key_alias}
              above={<Back />}
              badge={<StateBadge state={stateOf(row())} />}
            >
              <Strip row={row()} />
              <Tabs row={row()} tab={params.tab ?? 'overview'} />
            </Page>
          </CurrentKeyContext.Provider>
        )}
      </Match>
    </Switch>
  )
}

function Waiting(): JSX.Element {
  return (
    <Page title={words().key.title} above={<Back />}>
      <Skeleton lines={8} />
    </Page>
  )
}

function Back(): JSX.Element {
  return (
    <A class="back" href="/keys">
      <Icon name="left" size={16} />
      {words().key.back}
    </A>
  )
}

/** The facts that one wants at a glance, whatever the tab. */
function Strip(props: { readonly row: KeyRow }): JSX.Element {
  return (
    <dl class="strip">
      <div>
        <dt>{words().key.id}</dt>
        <dd class="row nowrap">
          <code class="break">{props.row.key_id}</code>
          <Copy text={props.row.key_id} what={words().key.id} />
        </dd>
      </div>
      <div>
        <dt>{words().keys.spec}</dt>
        <dd>
          <code>{props.row.key_spec}</code>
        </dd>
      </div>
      <div>
        <dt>{words().key.primaryVersion}</dt>
        <dd>
          <Show when={props.row.primary_version} fallback={words().key.noVersion}>
            {(version) => format.number(version())}
          </Show>
        </dd>
      </div>
      <div>
        <dt>{words().keys.nextRotation}</dt>
        <dd>
          <NextRotation row={props.row} />
        </dd>
      </div>
    </dl>
  )
}

function Tabs(props: { readonly row: KeyRow; readonly tab: string }): JSX.Element {
  const tabs = () => TABS.filter(({ isFor }) => isFor(props.row))
  const chosen = () => tabs().find(({ path }) => path === props.tab) ?? TABS[0]
  const pathOf = (path: string) =>
    `/keys/${props.row.key_id}${path === 'overview' ? '' : `/${path}`}`
  return (
    <>
      <nav class="tabs" aria-label={words().key.tabs}>
        <For each={tabs()}>
          {({ path, name }) => (
            <A
              href={pathOf(path)}
              noScroll
              aria-current={chosen().path === path ? 'page' : undefined}
            >
              {words().key[name]}
            </A>
          )}
        </For>
      </nav>
      <section class="tab" aria-label={words().key[chosen().name]}>
        <Suspense fallback={<Skeleton lines={6} />}>
          <Dynamic component={chosen().body} />
        </Suspense>
      </section>
    </>
  )
}
