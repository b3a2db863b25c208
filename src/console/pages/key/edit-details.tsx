import { createEffect, createSignal, type JSX, on, Show } from 'solid-js'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { aliasMistake, descriptionMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Field } from '../../parts/field.tsx'
import { Failed } from '../../parts/states.tsx'
import { tell } from '../../toasts.ts'

/** A dialog in which alias and description are changed. */
export function EditDetails(props: {
  readonly isOpen: boolean
  readonly close: () => void
}): JSX.Element {
  const { row, refetch } = useCurrentKey()
  const [alias, setAlias] = createSignal('')
  const [description, setDescription] = createSignal('')
  const [wasTried, setTried] = createSignal(false)
  const [isBusy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<unknown>()

  createEffect(
    on(
      () => props.isOpen,
      (isOpen) => {
        if (!isOpen) return
        setAlias(row().key_alias)
        setDescription(row().key_description)
        setTried(false)
        setError(undefined)
      },
    ),
  )

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    setTried(true)
    const isWrong = aliasMistake(alias()) ?? descriptionMistake(description())
    if (isWrong !== undefined || isBusy()) return
    setBusy(true)
    try {
      const { key_id } = row()
      if (alias() !== row().key_alias) await api().updateKeyAlias({ key_id, key_alias: alias() })
      if (description() !== row().key_description) {
        await api().updateKeyDescription({ key_id, key_description: description() })
      }
      await refetch()
      tell(words().key.saved)
      props.close()
    } catch (thrown) {
      setError(() => thrown)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog title={words().key.editDetails} isOpen={props.isOpen} close={props.close}>
      <form class="stack" novalidate onSubmit={(event) => void submit(event)}>
        <Show when={error()}>{(thrown) => <Failed error={thrown()} />}</Show>
        <Field
          label={words().key.alias}
          hint={words().createKey.aliasHint}
          mistake={wasTried() ? aliasMistake(alias()) : undefined}
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
          mistake={wasTried() ? descriptionMistake(description()) : undefined}
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
        <div class="actions">
          <button type="button" class="button" onClick={() => props.close()}>
            {words().frame.cancel}
          </button>
          <button type="submit" class="button primary" disabled={isBusy()}>
            {words().frame.save}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
