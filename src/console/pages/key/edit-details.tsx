import { createSignal, type JSX } from 'solid-js'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { aliasMistake, descriptionMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { createDialogForm, FormOfDialog } from '../../parts/dialog-form.tsx'
import { Field } from '../../parts/field.tsx'

/** A dialog in which alias and description are changed. */
export function EditDetails(props: {
  readonly isOpen: boolean
  readonly close: () => void
}): JSX.Element {
  const { row, refetch } = useCurrentKey()
  const [alias, setAlias] = createSignal('')
  const [description, setDescription] = createSignal('')

  const form = createDialogForm({
    openFor: () => props.isOpen,
    begin: () => {
      setAlias(row().key_alias)
      setDescription(row().key_description)
    },
    mistakes: () => ({
      alias: aliasMistake(alias()),
      description: descriptionMistake(description()),
    }),
    save: async () => {
      const { key_id } = row()
      if (alias() !== row().key_alias) await api().updateKeyAlias({ key_id, key_alias: alias() })
      if (description() !== row().key_description) {
        await api().updateKeyDescription({ key_id, key_description: description() })
      }
      await refetch()
      return words().key.saved
    },
    close: () => props.close(),
  })

  return (
    <Dialog title={words().key.editDetails} isOpen={props.isOpen} close={props.close}>
      <FormOfDialog form={form} send={words().frame.save}>
        <Field
          label={words().key.alias}
          hint={words().createKey.aliasHint}
          mistake={form.wasTried() ? aliasMistake(alias()) : undefined}
        >
          {(field) => (
            <input
              class="input mono"
              {...field}
              value={alias()}
              maxLength={255}
              spellcheck={false}
              onInput={(event) => setAlias(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field
          label={words().key.description}
          mistake={form.wasTried() ? descriptionMistake(description()) : undefined}
        >
          {(field) => (
            <input
              class="input"
              {...field}
              value={description()}
              onInput={(event) => setDescription(event.currentTarget.value)}
            />
          )}
        </Field>
      </FormOfDialog>
    </Dialog>
  )
}
