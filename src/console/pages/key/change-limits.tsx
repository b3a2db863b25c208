import { createEffect, createSignal, type JSX, on } from 'solid-js'
import { ROTATION_BYTES, ROTATION_USES } from '../../../core/rotation-limits.ts'
import { createAction } from '../../api/action.ts'
import { api } from '../../api/session.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'

/** Limits of use, as the wire has them. */
export interface LimitsOfUse {
  readonly max_uses?: number
  readonly max_bytes?: number
}

/** A dialog in which limits of use are set, or taken away by leaving their fields empty. */
export function ChangeLimits(props: {
  readonly isOpen: boolean
  readonly close: () => void
  readonly limits: LimitsOfUse
  /** Told what the limits are now. */
  readonly changed: (limits: LimitsOfUse) => void
}): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyRotation.limits
  const [typedUses, setTypedUses] = createSignal('')
  const [typedBytes, setTypedBytes] = createSignal('')
  createEffect(
    on(
      () => props.isOpen,
      () => {
        setTypedUses(String(props.limits.max_uses ?? ''))
        setTypedBytes(String(props.limits.max_bytes ?? ''))
      },
    ),
  )
  const usesMistake = () => mistakeOf(typedUses(), ROTATION_USES.min)
  const bytesMistake = () => mistakeOf(typedBytes(), ROTATION_BYTES.min)
  const isGood = () => (usesMistake() ?? bytesMistake()) === undefined

  const change = createAction(
    async () => {
      const wanted = {
        ...(typedUses() === '' ? {} : { max_uses: Number(typedUses()) }),
        ...(typedBytes() === '' ? {} : { max_bytes: Number(typedBytes()) }),
      }
      await api().setRotationLimits({ key_id: row().key_id, ...wanted })
      props.changed(wanted)
    },
    () => text().changed,
  )
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (isGood() && (await change.run())) props.close()
  }
  return (
    <Dialog title={text().change} isOpen={props.isOpen} close={props.close}>
      <form class="stack" novalidate onSubmit={(event) => void submit(event)}>
        <NumberField
          label={text().maxUses}
          hint={text().hint(format.number(ROTATION_USES.min))}
          mistake={usesMistake()}
          value={typedUses()}
          typed={setTypedUses}
        />
        <NumberField
          label={text().maxBytes}
          hint={text().hint(format.number(ROTATION_BYTES.min))}
          mistake={bytesMistake()}
          value={typedBytes()}
          typed={setTypedBytes}
        />
        <div class="actions">
          <button type="button" class="button" onClick={() => props.close()}>
            {words().frame.cancel}
          </button>
          <button type="submit" class="button primary" disabled={change.isBusy() || !isGood()}>
            {text().set}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function NumberField(props: {
  readonly label: string
  readonly hint: string
  readonly mistake: string | undefined
  readonly value: string
  readonly typed: (text: string) => void
}): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint} mistake={props.mistake}>
      {(field) => (
        <input
          class="input"
          {...field}
          inputmode="numeric"
          value={props.value}
          onInput={(event) => props.typed(event.currentTarget.value.trim())}
        />
      )}
    </Field>
  )
}

function mistakeOf(typed: string, min: number): string | undefined {
  if (typed === '') return undefined
  const isGood = /^\d{1,16}$/.test(typed) && Number.isSafeInteger(Number(typed))
  return isGood && Number(typed) >= min
    ? undefined
    : words().keyRotation.limits.mistake(format.number(min))
}
