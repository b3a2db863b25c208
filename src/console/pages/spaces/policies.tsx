import { createSignal, For, type JSX, Show } from 'solid-js'
import { type AccessPoint, type KeyPolicy, pages } from '../../../client/index.ts'
import { createAction } from '../../api/action.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { format } from '../../format.ts'
import { words } from '../../language.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Icon } from '../../parts/icon.tsx'
import { DeedMenu } from '../../parts/menu.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { EditPolicy } from './edit-policy.tsx'

/** The policies of a key space. */
export function Policies(props: {
  readonly spaceId: string
  readonly points: readonly AccessPoint[]
  readonly mostShown: number
}): JSX.Element {
  const text = () => words().spaces
  const [edited, setEdited] = createSignal<KeyPolicy | 'new'>()
  const [deleted, setDeleted] = createSignal<KeyPolicy>()
  const query = createQuery(
    () => props.spaceId,
    async (keyspaceId, signal) => {
      const found: KeyPolicy[] = []
      const wanted = { keyspace_id: keyspaceId, limit: 100 }
      for await (const page of pages(api().listKeyPolicy, wanted, { signal })) {
        found.push(...page.keyspace_policies)
        if (found.length >= props.mostShown) break
      }
      return found
    },
  )
  const remove = createAction(
    async ({ policy_id }: KeyPolicy) => {
      await api().deleteKeyPolicy({ policy_id })
      await query.refetch()
    },
    ({ policy_name: name }) => text().policyDeleted(name),
  )
  const nameOf = (id: string) =>
    props.points.find(({ access_point_id: point }) => point === id)?.access_point_name ?? id

  return (
    <section class="panel" aria-labelledby="policies">
      <header>
        <h2 id="policies">{text().policies}</h2>
        <button type="button" class="button small push" onClick={() => setEdited('new')}>
          <Icon name="plus" size={16} />
          {text().newPolicy}
        </button>
      </header>
      <p class="body soft">{text().policiesText}</p>
      <Loaded query={query}>
        {(policies) => (
          <Show
            when={policies().length > 0}
            fallback={<Empty icon="list" title={text().noPolicies} text={text().noPoliciesText} />}
          >
            <section class="scroll-x" aria-label={text().policies} tabindex="0">
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">{text().name}</th>
                    <th scope="col">{text().validity}</th>
                    <th scope="col">{text().allowed}</th>
                    <th scope="col">{text().lastUsed}</th>
                    <th scope="col">
                      <span class="unseen">{text().actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <For each={policies()}>
                    {(policy) => (
                      <tr>
                        <td>
                          <strong class="break">{policy.policy_name}</strong>
                          <br />
                          <code class="muted">{policy.policy_id}</code>
                        </td>
                        <td>{validityText(policy)}</td>
                        <td>
                          <div class="row">
                            <For
                              each={policy.policy.allowed_access_point ?? []}
                              fallback={<span class="muted">{text().allowsNone}</span>}
                            >
                              {(id) => <span class="tag">{nameOf(id)}</span>}
                            </For>
                          </div>
                        </td>
                        <td>{format.date(Number(policy.last_access_time))}</td>
                        <td class="number">
                          <DeedMenu
                            label={`${text().actions}: ${policy.policy_name}`}
                            deeds={[
                              {
                                label: words().frame.edit,
                                icon: 'edit',
                                run: () => setEdited(policy),
                              },
                              {
                                label: text().delete,
                                icon: 'trash',
                                isDanger: true,
                                run: () => setDeleted(policy),
                              },
                            ]}
                          >
                            <Icon name="dots" />
                          </DeedMenu>
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </section>
          </Show>
        )}
      </Loaded>
      <EditPolicy
        spaceId={props.spaceId}
        points={props.points}
        edited={edited()}
        close={() => setEdited(undefined)}
        saved={query.refetch}
      />
      <Confirm
        title={text().deletePolicyTitle}
        text={text().deletePolicyText}
        deed={text().delete}
        isDanger
        isOpen={deleted() !== undefined}
        isBusy={remove.isBusy()}
        close={() => setDeleted(undefined)}
        run={() => {
          const policy = deleted()
          if (policy !== undefined) void remove.run(policy).then(() => setDeleted(undefined))
        }}
      />
    </section>
  )
}

function validityText({ policy }: KeyPolicy): string {
  const text = words().spaces
  const { start_time: start, end_time: end } = policy.validity_period ?? {}
  const parts = [
    ...(start === undefined ? [] : [text.fromOn(format.dateTime(Date.parse(start)))]),
    ...(end === undefined ? [] : [text.untilOn(format.dateTime(Date.parse(end)))]),
  ]
  return parts.length === 0 ? text.always : parts.join(' ')
}
