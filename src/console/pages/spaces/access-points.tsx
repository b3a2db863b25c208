import { createSignal, For, type JSX, Show } from 'solid-js'
import type { AccessPoint } from '../../../client/index.ts'
import { createAction } from '../../api/action.ts'
import type { Query } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { format } from '../../format.ts'
import { words } from '../../language.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Icon } from '../../parts/icon.tsx'
import { DeedMenu, type MenuDeed } from '../../parts/menu.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { NewPoint } from './new-point.tsx'
import { PrivateKeyOnce } from './private-key-once.tsx'

const ENABLED = 2
/** The kind whose key pair may have been made on the server. */
const HOLDER = '3'

/** The access points of a key space. */
export function AccessPoints(props: {
  readonly spaceId: string
  readonly query: Query<readonly AccessPoint[]>
}): JSX.Element {
  const text = () => words().spaces
  const [isMaking, setMaking] = createSignal(false)
  const [deleted, setDeleted] = createSignal<AccessPoint>()
  const [fetched, setFetched] = createSignal<AccessPoint>()

  const setState = createAction(
    async ({ access_point_id, state }: AccessPoint) => {
      if (state === ENABLED) await api().disableAccessPoint({ access_point_id })
      else await api().enableAccessPoint({ access_point_id })
      await props.query.refetch()
    },
    ({ access_point_name: name }) => text().pointChanged(name),
  )
  const remove = createAction(
    async ({ access_point_id }: AccessPoint) => {
      await api().deleteAccessPoint({ access_point_id })
      await props.query.refetch()
    },
    ({ access_point_name: name }) => text().pointDeleted(name),
  )
  const deedsOf = (point: AccessPoint): readonly MenuDeed[] => [
    {
      label: point.state === ENABLED ? text().disable : text().enable,
      icon: point.state === ENABLED ? 'cross' : 'check',
      run: () => void setState.run(point),
    },
    ...(String(point.type) === HOLDER
      ? [
          {
            label: text().privateKey,
            icon: 'download' as const,
            run: () => setFetched(point),
          },
        ]
      : []),
    { label: text().delete, icon: 'trash', isDanger: true, run: () => setDeleted(point) },
  ]

  return (
    <section class="panel" aria-labelledby="points">
      <header>
        <h2 id="points">{text().points}</h2>
        <button type="button" class="button small push" onClick={() => setMaking(true)}>
          <Icon name="plus" size={16} />
          {text().newPoint}
        </button>
      </header>
      <p class="body soft">{text().pointsText}</p>
      <Loaded query={props.query}>
        {(points) => (
          <Show
            when={points().length > 0}
            fallback={<Empty icon="shield" title={text().noPoints} text={text().noPointsText} />}
          >
            <section class="scroll-x" aria-label={text().points} tabindex="0">
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">{text().name}</th>
                    <th scope="col">{text().kind}</th>
                    <th scope="col">{text().state}</th>
                    <th scope="col">{words().keys.created}</th>
                    <th scope="col">
                      <span class="unseen">{text().actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <For each={points()}>
                    {(point) => (
                      <tr>
                        <td>
                          <strong class="break">{point.access_point_name}</strong>
                          <br />
                          <code class="muted">{point.access_point_id}</code>
                        </td>
                        <td>{kindText(point.type)}</td>
                        <td>
                          <span class="badge" classList={{ good: point.state === ENABLED }}>
                            {point.state === ENABLED ? text().on : text().off}
                          </span>
                        </td>
                        <td>{format.date(Number(point.create_time))}</td>
                        <td class="number">
                          <DeedMenu
                            label={`${text().actions}: ${point.access_point_name}`}
                            deeds={deedsOf(point)}
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
      <NewPoint
        spaceId={props.spaceId}
        isOpen={isMaking()}
        close={() => setMaking(false)}
        made={props.query.refetch}
      />
      <PrivateKeyOnce point={fetched()} close={() => setFetched(undefined)} />
      <Confirm
        title={text().deletePointTitle}
        text={text().deletePointText}
        deed={text().delete}
        isDanger
        isOpen={deleted() !== undefined}
        isBusy={remove.isBusy()}
        close={() => setDeleted(undefined)}
        run={() => {
          const point = deleted()
          if (point !== undefined) void remove.run(point).then(() => setDeleted(undefined))
        }}
      />
    </section>
  )
}

function kindText(type: AccessPoint['type']): string {
  const { kinds } = words().spaces
  const name = String(type)
  return name === '1' || name === '2' || name === '3' ? kinds[name] : name
}
