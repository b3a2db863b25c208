import { createSignal, type JSX, Show } from 'solid-js'
import type { KeyRow } from '../../client/index.ts'
import { createAction } from '../api/action.ts'
import { api } from '../api/session.ts'
import { hasPublicKey, stateOf } from '../keys/key-facts.ts'
import { words } from '../language.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'

/** Deletes the material of a key that has some and may lose it. */
export function RemoveMaterial(props: {
  readonly row: KeyRow
  readonly changed: () => unknown
}): JSX.Element {
  const text = () => words().importing
  const [isOpen, setOpen] = createSignal(false)
  const [isSure, setSure] = createSignal(false)
  const isPossible = () =>
    ['enabled', 'disabled'].includes(stateOf(props.row)) && !hasPublicKey(props.row.key_spec)
  const remove = createAction(
    async () => {
      await api().deleteImportedKeyMaterial({ key_id: props.row.key_id })
      setOpen(false)
      await props.changed()
    },
    () => text().removed,
  )
  return (
    <Show when={isPossible()}>
      <div>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            setSure(false)
            setOpen(true)
          }}
        >
          <Icon name="trash" size={18} />
          {text().remove}
        </button>
      </div>
      <Dialog title={text().remove} isOpen={isOpen()} close={() => setOpen(false)}>
        <div class="stack">
          <p>{text().removeText}</p>
          <label class="check">
            <input
              type="checkbox"
              checked={isSure()}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />
            {text().removeConfirm}
          </label>
        </div>
        <div class="actions">
          <button type="button" class="button" onClick={() => setOpen(false)}>
            {words().frame.cancel}
          </button>
          <button
            type="button"
            class="button danger primary"
            disabled={!isSure() || remove.isBusy()}
            onClick={() => void remove.run()}
          >
            {text().removeSubmit}
          </button>
        </div>
      </Dialog>
    </Show>
  )
}
