import { createEffect, createSignal, type JSX, on } from 'solid-js'
import { ROTATION_INTERVAL } from '../../../core/rotation.ts'
import { createAction } from '../../api/action.ts'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { intervalMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'

/** Intervals that are offered in a word. */
const OFFERED_DAYS = [30, 60, 90, 180, 365] as const

/** A dialog in which the rotation interval is changed. */
export function ChangeInterval(props: {
  readonly isOpen: boolean
  readonly close: () => void
  readonly intervalDays: number | undefined
}): JSX.Element {
  const { row, refetch } = useCurrentKey()
  const text = () => words().keyRotation
  const [typed, setTyped] = createSignal('')
  createEffect(
    on(
      () => props.isOpen,
      () => setTyped(String(props.intervalDays ?? ROTATION_INTERVAL.default)),
    ),
  )
  const change = createAction(
    async () => {
      await api().updateKeyRotationInterval({
        key_id: row().key_id,
        rotation_interval: Number(typed()),
      })
      await refetch()
    },
    () => text().intervalChanged(Number(typed())),
  )
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (intervalMistake(typed()) !== undefined) return
    if (await change.run()) props.close()
  }
  return (
    <Dialog title={text().changeInterval} isOpen={props.isOpen} close={props.close}>
      <form class="stack" novalidate onSubmit={(event) => void submit(event)}>
        <div class="segments">
          {OFFERED_DAYS.map((intervalDays) => (
            <button
              type="button"
              aria-pressed={typed() === String(intervalDays)}
              onClick={() => setTyped(String(intervalDays))}
            >
              {words().frame.days(intervalDays)}
            </button>
          ))}
        </div>
        <Field
          label={text().interval}
          hint={text().intervalHint(ROTATION_INTERVAL.min, ROTATION_INTERVAL.max)}
          mistake={intervalMistake(typed())}
        >
          {(field) => (
            <input
              class="input"
              {...field}
              inputmode="numeric"
              value={typed()}
              onInput={(event) => setTyped(event.currentTarget.value.trim())}
            />
          )}
        </Field>
        <div class="actions">
          <button type="button" class="button" onClick={() => props.close()}>
            {words().frame.cancel}
          </button>
          <button
            type="submit"
            class="button primary"
            disabled={change.isBusy() || intervalMistake(typed()) !== undefined}
          >
            {text().changeInterval}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
