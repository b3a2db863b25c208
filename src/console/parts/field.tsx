import { createUniqueId, type JSX, Show } from 'solid-js'
import { words } from '../language.ts'

/** What a control needs so that its label, hint and mistake belong to it. */
export interface ControlProps {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': 'true' | undefined
}

interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  /** What is wrong with what was filled in. */
  readonly mistake?: string | undefined
  readonly isOptional?: boolean
  readonly children: (control: ControlProps) => JSX.Element
}

/** A labelled control with its hint, and its mistake when there is one. */
export function Field(props: FieldProps): JSX.Element {
  const id = createUniqueId()
  const hintId = `${id}-hint`
  const mistakeId = `${id}-mistake`
  const control: ControlProps = {
    id,
    get 'aria-describedby'() {
      const ids = [
        ...(props.hint === undefined ? [] : [hintId]),
        ...(props.mistake === undefined ? [] : [mistakeId]),
      ]
      return ids.length === 0 ? undefined : ids.join(' ')
    },
    get 'aria-invalid'() {
      return props.mistake === undefined ? undefined : ('true' as const)
    },
  }
  return (
    <div class="field">
      <label for={id}>
        {props.label}
        <Show when={props.isOptional}>
          <span class="muted"> · {words().frame.optional}</span>
        </Show>
      </label>
      {props.children(control)}
      <Show when={props.hint}>
        <p class="hint" id={hintId}>
          {props.hint}
        </p>
      </Show>
      <Show when={props.mistake}>
        <p class="mistake" id={mistakeId}>
          {props.mistake}
        </p>
      </Show>
    </div>
  )
}
