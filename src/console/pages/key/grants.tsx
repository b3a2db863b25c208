import { createSignal, For, type JSX, Show } from 'solid-js'
import type { Grant } from '../../../client/index.ts'
import { createAction } from '../../api/action.ts'
import { warnOf } from '../../api/failure.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { isOwned, stateOf } from '../../keys/key-facts.ts'
import { words } from '../../language.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Copy } from '../../parts/copy.tsx'
import { Icon } from '../../parts/icon.tsx'
import { DeedMenu } from '../../parts/menu.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { NewGrant } from './new-grant.tsx'

const PAGE_GRANTS = 100

interface Shown {
  readonly grants: readonly Grant[]
  /** Empty: these are all. */
  readonly nextMarker: string
}

/** Who else may use the key. */
export function Grants(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const [isMaking, setMaking] = createSignal(false)
  const query = createQuery(
    () => row().key_id,
    async (keyId, signal): Promise<Shown> => page(keyId, '', signal),
  )
  async function showMore({ grants, nextMarker }: Shown): Promise<void> {
    try {
      const more = await page(row().key_id, nextMarker)
      query.put({ ...more, grants: [...grants, ...more.grants] })
    } catch (thrown) {
      warnOf(thrown)
    }
  }
  return (
    <section class="panel" aria-labelledby="grants">
      <header>
        <h2 id="grants">{text().grants}</h2>
        <Show when={isOwned(row()) && stateOf(row()) === 'enabled'}>
          <button type="button" class="button small push" onClick={() => setMaking(true)}>
            <Icon name="plus" size={16} />
            {text().newGrant}
          </button>
        </Show>
      </header>
      <p class="body soft">{text().grantsText}</p>
      <Loaded query={query}>
        {(shown) => (
          <Show
            when={shown().grants.length > 0}
            fallback={<Empty icon="shield" title={text().noGrants} text={text().noGrantsText} />}
          >
            <GrantTable grants={shown().grants} changed={query.refetch} />
            <Show when={shown().nextMarker !== ''}>
              <div class="body">
                <button type="button" class="button small" onClick={() => void showMore(shown())}>
                  {words().frame.loadMore}
                </button>
              </div>
            </Show>
          </Show>
        )}
      </Loaded>
      <NewGrant isOpen={isMaking()} close={() => setMaking(false)} made={query.refetch} />
    </section>
  )
}

async function page(keyId: string, marker: string, signal?: AbortSignal): Promise<Shown> {
  const reply = await api().listGrants({ key_id: keyId, limit: PAGE_GRANTS, marker }, { signal })
  return { grants: reply.grants, nextMarker: reply.truncated === 'true' ? reply.next_marker : '' }
}

function GrantTable(props: {
  readonly grants: readonly Grant[]
  readonly changed: () => Promise<void>
}): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const [revoked, setRevoked] = createSignal<Grant>()
  const request = ({ grant_id }: Grant) => ({ key_id: row().key_id, grant_id })
  const revoke = createAction(
    async (grant: Grant) => {
      await api().cancelGrant(request(grant))
      await props.changed()
    },
    () => text().revoked,
  )
  const retire = createAction(
    async (grant: Grant) => {
      await api().cancelSelfGrant(request(grant))
      await props.changed()
    },
    () => text().retired,
  )
  return (
    <>
      <section class="scroll-x" aria-label={text().grants} tabindex="0">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{text().grantee}</th>
              <th scope="col">{text().operations}</th>
              <th scope="col">{text().issued}</th>
              <th scope="col">
                <span class="unseen">{text().revoke}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={props.grants}>
              {(grant) => (
                <tr>
                  <td>
                    <Show when={grant.name !== ''}>
                      <strong class="break">{grant.name}</strong>
                      <br />
                    </Show>
                    <span class="muted">{text().granteeKinds[grant.grantee_principal_type]} </span>
                    <code class="break">{grant.grantee_principal}</code>
                    <Copy text={grant.grantee_principal} what={text().grantee} />
                  </td>
                  <td>
                    <div class="row">
                      <For each={grant.operations}>
                        {(name) => (
                          <span class="tag" title={text().operationNames[name]}>
                            {name}
                          </span>
                        )}
                      </For>
                    </div>
                  </td>
                  <td>{format.date(Number(grant.creation_date))}</td>
                  <td class="number">
                    <DeedMenu
                      label={`${text().revoke}: ${grant.name || grant.grantee_principal}`}
                      deeds={[
                        {
                          label: text().revoke,
                          icon: 'trash',
                          isDanger: true,
                          run: () => setRevoked(grant),
                        },
                        {
                          label: text().retire,
                          icon: 'cross',
                          run: () => void retire.run(grant),
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
      <Confirm
        title={text().revokeTitle}
        text={text().revokeText}
        deed={text().revoke}
        isDanger
        isOpen={revoked() !== undefined}
        isBusy={revoke.isBusy()}
        close={() => setRevoked(undefined)}
        run={() => {
          const grant = revoked()
          if (grant !== undefined) void revoke.run(grant).then(() => setRevoked(undefined))
        }}
      />
    </>
  )
}
