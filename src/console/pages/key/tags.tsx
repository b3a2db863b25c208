import { A } from '@solidjs/router'
import { createSignal, For, type JSX, Show } from 'solid-js'
import { createAction } from '../../api/action.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { isOwned, stateOf } from '../../keys/key-facts.ts'
import { tagMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'

/** The tags of the key. */
export function Tags(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const canChange = () => isOwned(row()) && stateOf(row()) !== 'pendingDeletion'
  const query = createQuery(
    () => row().key_id,
    async (keyId, signal) => (await api().showKmsTags({ key_id: keyId }, { signal })).tags,
  )
  const remove = createAction(
    async (key: string) => {
      await api().deleteTag({ key_id: row().key_id, key })
      await query.refetch()
    },
    (key) => text().tagRemoved(key),
  )
  return (
    <section class="panel" aria-labelledby="tags">
      <header>
        <h2 id="tags">{text().tags}</h2>
      </header>
      <Show when={canChange()}>
        <div class="body">
          <NewTag added={query.refetch} />
        </div>
      </Show>
      <Loaded query={query}>
        {(tags) => (
          <Show
            when={tags().length > 0}
            fallback={<Empty icon="list" title={text().noTags} text={text().noTagsText} />}
          >
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">{text().tagName}</th>
                  <th scope="col">{text().tagValue}</th>
                  <th scope="col">
                    <span class="unseen">{text().remove}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={tags()}>
                  {({ key, value }) => (
                    <tr>
                      <td class="break">
                        <A
                          href={`/keys?tag=${encodeURIComponent(`${key}=${value}`)}`}
                          title={text().keysWithTag(`${key}=${value}`)}
                        >
                          {key}
                        </A>
                      </td>
                      <td class="break">{value}</td>
                      <td class="number">
                        <Show when={canChange()}>
                          <button
                            type="button"
                            class="button plain small"
                            disabled={remove.isBusy()}
                            aria-label={text().removeIt(key)}
                            onClick={() => void remove.run(key)}
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

function NewTag(props: { readonly added: () => Promise<void> }): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const [key, setKey] = createSignal('')
  const [value, setValue] = createSignal('')
  const [wasTried, setTried] = createSignal(false)
  // A tag of the same name is replaced.
  const mistake = () => tagMistake({ key: key(), value: value() }, [])
  const add = createAction(
    async () => {
      await api().createKmsTag({ key_id: row().key_id, tag: { key: key(), value: value() } })
      await props.added()
    },
    () => text().tagSet(key()),
  )
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    setTried(true)
    if (mistake() !== undefined || !(await add.run())) return
    setKey('')
    setValue('')
    setTried(false)
  }
  return (
    <form class="inline-form" novalidate onSubmit={(event) => void submit(event)}>
      <Field label={text().tagName} mistake={wasTried() ? mistake() : undefined}>
        {(field) => (
          <input
            class="input"
            {...field}
            value={key()}
            maxLength={128}
            autocomplete="off"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={text().tagValue} isOptional>
        {(field) => (
          <input
            class="input"
            {...field}
            value={value()}
            maxLength={255}
            autocomplete="off"
            onInput={(event) => setValue(event.currentTarget.value)}
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
