import { createEffect, createSignal, type JSX, on } from 'solid-js'
import { DELETION_DELAY } from '../../../core/key-state.ts'
import { createAction } from '../../api/action.ts'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'

/** Days that are offered: long enough for a monthly job to fail and be noticed. */
const OFFERED_DAYS = 30

/** A dialog in which a deletion is scheduled, once the alias of the key was typed. */
export function ScheduleDeletion(props: {
  readonly isOpen: boolean
  readonly close: () => void
}): JSX.Element {
  const { row, refetch } = useCurrentKey()
  const [typedDays, setTypedDays] = createSignal(String(OFFERED_DAYS))
  const [typedAlias, setTypedAlias] = createSignal('')
  const [wasTried, setTried] = createSignal(false)
  const text = () => words().key
  const { min, max } = DELETION_DELAY

  createEffect(
    on(
      () => props.isOpen,
      () => {
        setTypedAlias('')
        setTypedDays(String(OFFERED_DAYS))
        setTried(false)
      },
    ),
  )
  const daysMistake = () => {
    const isGood =
      /^\d+$/.test(typedDays()) && Number(typedDays()) >= min && Number(typedDays()) <= max
    return isGood ? undefined : words().createKey.intervalMistake(min, max)
  }
  const aliasMistake = () =>
    typedAlias() === row().key_alias ? undefined : text().typeAliasMistake

  const schedule = createAction(
    async () => {
      await api().deleteKey({ key_id: row().key_id, pending_days: typedDays() })
      await refetch()
    },
    () => text().deletionScheduled(row().key_alias),
  )
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    setTried(true)
    if ((daysMistake() ?? aliasMistake()) !== undefined) return
    if (await schedule.run()) props.close()
  }

  return (
    <Dialog title={text().deletionTitle} isOpen={props.isOpen} close={props.close}>
      <form class="stack" novalidate onSubmit={(event) => void submit(event)}>
        <p class="remark bad">
          <Icon name="warning" />
          {text().deletionWarning}
        </p>
        <Field
          label={text().deletionDays}
          hint={text().deletionDaysHint(min, max)}
          mistake={wasTried() ? daysMistake() : undefined}
        >
          {(field) => (
            <input
              class="input"
              {...field}
              inputmode="numeric"
              value={typedDays()}
              onInput={(event) => setTypedDays(event.currentTarget.value.trim())}
            />
          )}
        </Field>
        <Field
          label={text().typeAlias(row().key_alias)}
          mistake={wasTried() ? aliasMistake() : undefined}
        >
          {(field) => (
            <input
              class="input mono"
              {...field}
              value={typedAlias()}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event) => setTypedAlias(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="actions">
          <button type="button" class="button" onClick={() => props.close()}>
            {words().frame.cancel}
          </button>
          <button
            type="submit"
            class="button primary danger"
            disabled={schedule.isBusy() || typedAlias() !== row().key_alias}
          >
            {text().scheduleDeletion}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
