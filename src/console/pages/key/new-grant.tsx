import { For, type JSX, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import type { GrantOperation } from '../../../client/index.ts'
import { GRANT_OPERATIONS } from '../../../core/grant.ts'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { createDialogForm, FormOfDialog } from '../../parts/dialog-form.tsx'
import { Field } from '../../parts/field.tsx'

interface WantedGrant {
  readonly grantee: string
  readonly kind: 'user' | 'domain'
  readonly name: string
  readonly retiring: string
  readonly operations: readonly GrantOperation[]
}

const BEGINNING: WantedGrant = {
  grantee: '',
  kind: 'user',
  name: '',
  retiring: '',
  operations: ['encrypt-data', 'decrypt-data'],
}

const PRINCIPAL = /^[a-zA-Z0-9]{1,64}$/
const NAME = /^[a-zA-Z0-9:/_-]{0,255}$/

/** A dialog in which somebody is let use the key. */
export function NewGrant(props: {
  readonly isOpen: boolean
  readonly close: () => void
  readonly made: () => Promise<void>
}): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const [wanted, setWanted] = createStore<WantedGrant>({ ...BEGINNING })

  const mistakes = () => ({
    grantee: PRINCIPAL.test(wanted.grantee) ? undefined : text().granteeMistake,
    name: NAME.test(wanted.name) ? undefined : text().grantNameMistake,
    retiring:
      wanted.retiring === '' || PRINCIPAL.test(wanted.retiring) ? undefined : text().granteeMistake,
    operations: wanted.operations.some((name) => name !== 'create-grant')
      ? undefined
      : text().operationsMistake,
  })
  const shown = () => (form.wasTried() ? mistakes() : undefined)
  const toggle = (name: GrantOperation, isOn: boolean) =>
    setWanted({
      operations: GRANT_OPERATIONS.filter((each) =>
        each === name ? isOn : wanted.operations.includes(each),
      ),
    })

  const form = createDialogForm({
    openFor: () => props.isOpen,
    begin: () => setWanted({ ...BEGINNING }),
    mistakes: () => mistakes(),
    save: async () => {
      await api().createGrant({
        key_id: row().key_id,
        grantee_principal: wanted.grantee,
        grantee_principal_type: wanted.kind,
        operations: [...wanted.operations],
        ...(wanted.name === '' ? {} : { name: wanted.name }),
        ...(wanted.retiring === '' ? {} : { retiring_principal: wanted.retiring }),
      })
      await props.made()
      return text().granted
    },
    close: () => props.close(),
  })

  return (
    <Dialog title={text().grantTitle} isOpen={props.isOpen} close={props.close} isWide>
      <FormOfDialog form={form} send={text().grant}>
        <Field label={text().grantee} hint={text().granteeHint} mistake={shown()?.grantee}>
          {(field) => (
            <input
              class="input mono"
              {...field}
              value={wanted.grantee}
              maxLength={64}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event) => setWanted({ grantee: event.currentTarget.value.trim() })}
            />
          )}
        </Field>
        <Field label={text().granteeKind}>
          {(field) => (
            <select
              class="input"
              {...field}
              value={wanted.kind}
              onChange={(event) =>
                setWanted({ kind: event.currentTarget.value === 'domain' ? 'domain' : 'user' })
              }
            >
              <option value="user">{text().granteeKinds.user}</option>
              <option value="domain">{text().granteeKinds.domain}</option>
            </select>
          )}
        </Field>
        <fieldset>
          <legend>{text().operations}</legend>
          <div class="operations">
            <For each={GRANT_OPERATIONS}>
              {(name) => (
                <label class="check">
                  <input
                    type="checkbox"
                    checked={wanted.operations.includes(name)}
                    onChange={(event) => toggle(name, event.currentTarget.checked)}
                  />
                  <span>{text().operationNames[name]}</span>
                </label>
              )}
            </For>
          </div>
          <Show when={shown()?.operations}>
            {(mistake) => (
              <p class="mistake" role="alert">
                {mistake()}
              </p>
            )}
          </Show>
        </fieldset>
        <Field label={text().grantName} mistake={shown()?.name} isOptional>
          {(field) => (
            <input
              class="input"
              {...field}
              value={wanted.name}
              maxLength={255}
              autocomplete="off"
              onInput={(event) => setWanted({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field
          label={text().retiring}
          hint={text().retiringHint}
          mistake={shown()?.retiring}
          isOptional
        >
          {(field) => (
            <input
              class="input mono"
              {...field}
              value={wanted.retiring}
              maxLength={64}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event) => setWanted({ retiring: event.currentTarget.value.trim() })}
            />
          )}
        </Field>
      </FormOfDialog>
    </Dialog>
  )
}
