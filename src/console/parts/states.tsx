import { For, type JSX, Show } from 'solid-js'
import { failureOf } from '../api/failure.ts'
import type { Query } from '../api/query.ts'
import { words } from '../language.ts'
import { Icon, type IconName } from './icon.tsx'

/** Lines in the place of what is being fetched. */
export function Skeleton(props: { readonly lines?: number }): JSX.Element {
  const lines = () => Array.from({ length: props.lines ?? 4 }, (_, n) => n)
  return (
    <div class="stack" role="status" aria-label={words().frame.loading}>
      <For each={lines()}>{() => <span class="skeleton" />}</For>
    </div>
  )
}

/** What is shown where nothing is yet: what could be here, and how it comes to be. */
export function Empty(props: {
  readonly icon: IconName
  readonly title: string
  readonly text: string
  readonly children?: JSX.Element
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={props.icon} size={36} />
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      <Show when={props.children}>
        <div class="row">{props.children}</div>
      </Show>
    </div>
  )
}

/** Why something cannot be shown, and a way to try again. */
export function Failed(props: {
  readonly error: unknown
  readonly retry?: (() => unknown) | undefined
}): JSX.Element {
  const failure = () => failureOf(props.error)
  const isForbidden = () => failure().status === 403
  return (
    <div class="remark bad" role="alert">
      <Icon name="warning" />
      <div class="stack">
        <div>
          <strong>{isForbidden() ? words().frame.forbidden : words().frame.failed}</strong>
          <p>{failure().text}</p>
          <Show when={isForbidden()}>
            <p>{words().frame.forbiddenText}</p>
          </Show>
          <RequestId id={failure().requestId} />
        </div>
        <Show when={props.retry}>
          <div>
            <button type="button" class="button small" onClick={() => props.retry?.()}>
              {words().frame.retry}
            </button>
          </div>
        </Show>
      </div>
    </div>
  )
}

/** The id under which the audit log has a request. */
export function RequestId(props: { readonly id: string | undefined }): JSX.Element {
  return (
    <Show when={props.id}>
      <p class="request">
        {words().frame.requestId} <code class="break">{props.id}</code>
      </p>
    </Show>
  )
}

/** What a query gave: a skeleton before, why not when it failed, and else what is made of the data. */
export function Loaded<Data>(props: {
  readonly query: Query<Data>
  readonly lines?: number
  readonly children: (data: () => Data) => JSX.Element
}): JSX.Element {
  const isFailed = () => props.query.error() !== undefined && props.query.data() === undefined
  return (
    <Show
      when={!isFailed()}
      fallback={<Failed error={props.query.error()} retry={props.query.refetch} />}
    >
      <Show
        when={props.query.data() as NonNullable<Data> | undefined}
        fallback={<Skeleton lines={props.lines ?? 4} />}
      >
        {(data) => props.children(data)}
      </Show>
    </Show>
  )
}
