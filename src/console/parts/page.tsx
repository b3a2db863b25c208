import { createEffect, type JSX, onMount, Show } from 'solid-js'
import { words } from '../language.ts'

interface PageProps {
  readonly title: string
  /** Beside the title. */
  readonly badge?: JSX.Element
  /** Above the title: where one came from. */
  readonly above?: JSX.Element
  readonly lead?: JSX.Element
  readonly actions?: JSX.Element
  readonly children: JSX.Element
}

/**
 * A page: its one first heading, which takes the focus when the page is come to, and which names the
 * window.
 */
export function Page(props: PageProps): JSX.Element {
  let heading: HTMLHeadingElement | undefined
  createEffect(() => {
    document.title = `${props.title} · ${words().frame.product}`
  })
  onMount(() => heading?.focus({ preventScroll: true }))
  return (
    <>
      <header class="head">
        <div>
          {props.above}
          <div class="row">
            <h1 ref={heading} tabindex="-1">
              {props.title}
            </h1>
            {props.badge}
          </div>
          <Show when={props.lead}>
            <p>{props.lead}</p>
          </Show>
        </div>
        <Show when={props.actions}>
          <div class="actions">{props.actions}</div>
        </Show>
      </header>
      {props.children}
    </>
  )
}
