import { createSignal, type JSX } from 'solid-js'
import { words } from '../language.ts'
import { warn } from '../toasts.ts'
import { Icon } from './icon.tsx'

/** How long the button says that it has copied. */
const SAID_MS = 2000

/** A button that copies `text`; `what` names it for those who do not see it. */
export function Copy(props: { readonly text: string; readonly what: string }): JSX.Element {
  const [isCopied, setCopied] = createSignal(false)
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(props.text)
      setCopied(true)
      setTimeout(() => setCopied(false), SAID_MS)
    } catch {
      warn(words().frame.copyFailed)
    }
  }
  return (
    <button
      type="button"
      class="button plain icon small"
      title={words().frame.copy}
      aria-label={`${words().frame.copy}: ${props.what}`}
      onClick={() => void copy()}
    >
      <Icon name={isCopied() ? 'check' : 'copy'} size={16} />
      <span class="unseen" aria-live="polite">
        {isCopied() ? words().frame.copied : ''}
      </span>
    </button>
  )
}
