import { For, type JSX } from 'solid-js'
import { createStore } from 'solid-js/store'
import type { AccessPoint, KeyPolicy } from '../../../client/index.ts'
import { api } from '../../api/session.ts'
import { aliasMistake, descriptionMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { createDialogForm, FormOfDialog } from '../../parts/dialog-form.tsx'
import { Field } from '../../parts/field.tsx'

interface WantedPolicy {
  readonly name: string
  readonly description: string
  /** As the browser's field has it: local time without a zone, or empty. */
  readonly start: string
  readonly end: string
  readonly points: readonly string[]
}

const BEGINNING: WantedPolicy = { name: '', description: '', start: '', end: '', points: [] }

/** A dialog in which a policy is made or changed. */
export function EditPolicy(props: {
  readonly spaceId: string
  readonly points: readonly AccessPoint[]
  readonly edited: KeyPolicy | 'new' | undefined
  readonly close: () => void
  readonly saved: () => Promise<void>
}): JSX.Element {
  const text = () => words().spaces
  const [wanted, setWanted] = createStore<WantedPolicy>({ ...BEGINNING })
  const isNew = () => props.edited === 'new'
  const mistakes = () => ({
    name: aliasMistake(wanted.name) === undefined ? undefined : text().nameMistake,
    description: descriptionMistake(wanted.description),
    end:
      wanted.start !== '' && wanted.end !== '' && wanted.start >= wanted.end
        ? text().periodMistake
        : undefined,
  })
  const shown = () => (form.wasTried() ? mistakes() : undefined)
  const toggle = (id: string, isOn: boolean) =>
    setWanted({
      points: isOn ? [...wanted.points, id] : wanted.points.filter((point) => point !== id),
    })

  const form = createDialogForm({
    openFor: () => props.edited,
    begin: () =>
      setWanted(typeof props.edited === 'object' ? wantedOf(props.edited) : { ...BEGINNING }),
    mistakes: () => mistakes(),
    save: async () => {
      const { edited } = props
      const { name, description } = wanted
      if (edited === 'new') {
        await api().createKeyPolicy({
          keyspace_id: props.spaceId,
          policy_name: name,
          policy: documentOf(wanted, undefined),
          description,
        })
      } else if (edited !== undefined) {
        const { policy_id } = edited
        await api().updateKeyPolicy({
          policy_id,
          policy: documentOf(wanted, edited),
          description,
        })
      }
      await props.saved()
      return text().policySaved(name)
    },
    close: () => props.close(),
  })

  return (
    <Dialog
      title={isNew() ? text().newPolicy : text().editPolicy}
      isOpen={props.edited !== undefined}
      close={props.close}
    >
      <FormOfDialog form={form} send={words().frame.save}>
        <Field label={text().name} mistake={shown()?.name}>
          {(field) => (
            <input
              class="input"
              {...field}
              value={wanted.name}
              maxLength={255}
              readonly={!isNew()}
              autocomplete="off"
              onInput={(event) => setWanted({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={text().description} mistake={shown()?.description} isOptional>
          {(field) => (
            <input
              class="input"
              {...field}
              value={wanted.description}
              onInput={(event) => setWanted({ description: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={text().from} isOptional>
          {(field) => (
            <input
              class="input"
              {...field}
              type="datetime-local"
              value={wanted.start}
              onInput={(event) => setWanted({ start: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={text().until} mistake={shown()?.end} isOptional>
          {(field) => (
            <input
              class="input"
              {...field}
              type="datetime-local"
              value={wanted.end}
              onInput={(event) => setWanted({ end: event.currentTarget.value })}
            />
          )}
        </Field>
        <fieldset>
          <legend>{text().allowed}</legend>
          <For each={props.points} fallback={<p class="hint">{text().noPoliciesText}</p>}>
            {({ access_point_id: id, access_point_name: name }) => (
              <label class="check">
                <input
                  type="checkbox"
                  checked={wanted.points.includes(id)}
                  onChange={(event) => toggle(id, event.currentTarget.checked)}
                />
                <span class="break">{name}</span>
              </label>
            )}
          </For>
        </fieldset>
      </FormOfDialog>
    </Dialog>
  )
}

function wantedOf({ policy_name, description, policy }: KeyPolicy): WantedPolicy {
  const { start_time: start, end_time: end } = policy.validity_period ?? {}
  return {
    name: policy_name,
    description,
    start: localOf(start),
    end: localOf(end),
    points: policy.allowed_access_point ?? [],
  }
}

/** The JSON text of the policy; what this form does not know stays as it was. */
function documentOf(wanted: WantedPolicy, before: KeyPolicy | undefined): string {
  const { start, end, points } = wanted
  const zones = before?.policy.allowed_data_security_zone ?? []
  return JSON.stringify({
    version: before?.policy.version ?? '1.0',
    validity_period: {
      ...(start === '' ? {} : { start_time: new Date(start).toISOString() }),
      ...(end === '' ? {} : { end_time: new Date(end).toISOString() }),
    },
    allowed_access_point: points,
    ...(zones.length === 0 ? {} : { allowed_data_security_zone: zones }),
  })
}

/** A time in ISO 8601 as the browser's field wants it: local, to the minute. */
function localOf(time: string | undefined): string {
  if (time === undefined) return ''
  const date = new Date(time)
  const shiftedMs = date.getTime() - date.getTimezoneOffset() * 60_000
  return new Date(shiftedMs).toISOString().slice(0, 16)
}
