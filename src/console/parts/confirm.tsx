import type { JSX } from 'solid-js'
import { words } from '../language.ts'
import { Dialog } from './dialog.tsx'

/** Asks before something is done. */
export function Confirm(props: {
  readonly title: string
  readonly text: string
  /** What the button says that does it. */
  readonly deed: string
  readonly isDanger?: boolean
  readonly isOpen: boolean
  readonly isBusy: boolean
  readonly close: () => void
  readonly run: () => void
}): JSX.Element {
  return (
    <Dialog title={props.title} isOpen={props.isOpen} close={props.close}>
      <p class="soft">{props.text}</p>
      <div class="actions">
        <button type="button" class="button" onClick={() => props.close()}>
          {words().frame.cancel}
        </button>
        <button
          type="button"
          class="button primary"
          classList={{ danger: props.isDanger ?? false }}
          disabled={props.isBusy}
          onClick={() => props.run()}
        >
          {props.deed}
        </button>
      </div>
    </Dialog>
  )
}
