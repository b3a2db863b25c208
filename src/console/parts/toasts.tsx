import { For, type JSX } from 'solid-js'
import { words } from '../language.ts'
import { dismiss, toasts } from '../toasts.ts'
import { Icon } from './icon.tsx'
import { RequestId } from './states.tsx'

/** What happened lately, in a corner, read out when it comes. */
export function Toasts(): JSX.Element {
  return (
    <section class="toasts" aria-label={words().frame.notifications} aria-live="polite">
      <For each={toasts()}>
        {(toast) => (
          <div class="toast" classList={{ bad: toast.kind === 'bad' }}>
            <div>
              <p>{toast.text}</p>
              <RequestId id={toast.requestId} />
            </div>
            <button
              type="button"
              class="button plain icon small"
              aria-label={words().frame.dismiss}
              onClick={() => dismiss(toast.id)}
            >
              <Icon name="cross" size={16} />
            </button>
          </div>
        )}
      </For>
    </section>
  )
}
