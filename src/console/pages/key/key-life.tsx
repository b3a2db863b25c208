import { createSignal, type JSX, Show } from 'solid-js'
import { createAction } from '../../api/action.ts'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { isOwned, stateOf } from '../../keys/key-facts.ts'
import { words } from '../../language.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ScheduleDeletion } from './schedule-deletion.tsx'

/** Enabling, disabling, deleting: what may be done about the state that the key is in. */
export function KeyLife(): JSX.Element {
  const { row, refetch } = useCurrentKey()
  const text = () => words().key
  const state = () => stateOf(row())
  const request = () => ({ key_id: row().key_id })
  const alias = () => row().key_alias
  const [asks, setAsks] = createSignal<'disable' | 'delete'>()

  const enable = createAction(
    async () => {
      await api().enableKey(request())
      await refetch()
    },
    () => text().enabled(alias()),
  )
  const disable = createAction(
    async () => {
      await api().disableKey(request())
      await refetch()
    },
    () => text().disabled(alias()),
  )
  const cancelDeletion = createAction(
    async () => {
      await api().cancelKeyDeletion(request())
      await refetch()
    },
    () => text().deletionCancelled(alias()),
  )

  return (
    <section class="panel" aria-labelledby="life">
      <header>
        <h2 id="life">{text().life}</h2>
      </header>
      <div class="body stack">
        <Show when={isOwned(row())} fallback={<p class="soft">{text().defaultText}</p>}>
          <div class="row">
            <Show when={state() === 'disabled'}>
              <button
                type="button"
                class="button primary"
                disabled={enable.isBusy()}
                onClick={() => void enable.run()}
              >
                <Icon name="check" size={18} />
                {text().enable}
              </button>
            </Show>
            <Show when={state() === 'enabled'}>
              <button type="button" class="button" onClick={() => setAsks('disable')}>
                {text().disable}
              </button>
            </Show>
            <Show
              when={state() === 'pendingDeletion'}
              fallback={
                <button type="button" class="button danger" onClick={() => setAsks('delete')}>
                  <Icon name="trash" size={18} />
                  {text().deletion}
                </button>
              }
            >
              <button
                type="button"
                class="button primary"
                disabled={cancelDeletion.isBusy()}
                onClick={() => void cancelDeletion.run()}
              >
                {text().cancelDeletion}
              </button>
            </Show>
          </div>
          <Show when={state() === 'enabled'}>
            <p class="hint">{text().disableText}</p>
          </Show>
        </Show>
      </div>
      <Confirm
        title={text().disableTitle}
        text={text().disableText}
        deed={text().disable}
        isOpen={asks() === 'disable'}
        isBusy={disable.isBusy()}
        close={() => setAsks(undefined)}
        run={() => void disable.run().then(() => setAsks(undefined))}
      />
      <ScheduleDeletion isOpen={asks() === 'delete'} close={() => setAsks(undefined)} />
    </section>
  )
}
