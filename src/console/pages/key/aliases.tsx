import { createSignal, For, type JSX, Show } from 'solid-js'
import { createAction } from '../../api/action.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { isOwned, stateOf } from '../../keys/key-facts.ts'
import { aliasMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'

/** Further names of the key. */
export function Aliases(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const canChange = () => isOwned(row()) && stateOf(row()) !== 'pendingDeletion'
  const query = createQuery(
    () => row().key_id,
    async (keyId, signal) => (await api().listAliases({ key_id: keyId }, { signal })).aliases,
  )
  const remove = createAction(
    async (alias: string) => {
      await api().deleteAlias({ key_id: row().key_id, aliases: [alias] })
      await query.refetch()
    },
    (alias) => text().aliasRemoved(alias),
  )
  return (
    <section class="panel" aria-labelledby="aliases">
      <header>
        <h2 id="aliases">{text().aliases}</h2>
      </header>
      <div class="body stack">
        <p class="soft">{text().aliasesText}</p>
        <Show when={canChange()}>
          <NewAlias added={query.refetch} />
        </Show>
      </div>
      <Loaded query={query}>
        {(aliases) => (
          <Show
            when={aliases().length > 0}
            fallback={<Empty icon="key" title={text().noAliases} text={text().noAliasesText} />}
          >
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{text().alias}</th>
                  <th scope="col">{words().keys.created}</th>
                  <th scope="col">
                    <span class="unseen">{text().remove}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={aliases()}>
                  {({ alias, create_time: madeAt }) => (
                    <tr>
                      <td class="mono break">{alias}</td>
                      <td>{format.date(Number(madeAt))}</td>
                      <td class="number">
                        <Show when={canChange()}>
                          <button
                            type="button"
                            class="button plain small"
                            disabled={remove.isBusy()}
                            aria-label={text().removeIt(alias)}
                            onClick={() => void remove.run(alias)}
                          >
                            <Icon name="trash" size={16} />
                          </button>
                        </Show>
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </Show>
        )}
      </Loaded>
    </section>
  )
}

function NewAlias(props: { readonly added: () => Promise<void> }): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const [alias, setAlias] = createSignal('')
  const [wasTried, setTried] = createSignal(false)
  const add = createAction(
    async () => {
      await api().createAlias({ key_id: row().key_id, alias: alias() })
      await props.added()
    },
    () => text().aliasAdded(alias()),
  )
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    setTried(true)
    if (aliasMistake(alias()) !== undefined) return
    if (!(await add.run())) return
    setAlias('')
    setTried(false)
  }
  return (
    <form class="inline-form" novalidate onSubmit={(event) => void submit(event)}>
      <Field label={text().newAlias} mistake={wasTried() ? aliasMistake(alias()) : undefined}>
        {(field) => (
          <input
            class="input mono"
            {...field}
            value={alias()}
            maxLength={255}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => setAlias(event.currentTarget.value)}
          />
        )}
      </Field>
      <button type="submit" class="button" disabled={add.isBusy()}>
        <Icon name="plus" size={18} />
        {text().add}
      </button>
    </form>
  )
}
