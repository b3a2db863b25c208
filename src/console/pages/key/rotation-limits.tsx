import { createSignal, type JSX, Show } from 'solid-js'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { rotationStanding } from '../../keys/key-facts.ts'
import { words } from '../../language.ts'
import { Loaded } from '../../parts/states.tsx'
import { ChangeLimits, type LimitsOfUse } from './change-limits.tsx'

/** After how much use the key rotates, how much there was, and the way to change that. */
export function RotationLimits(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyRotation.limits
  const [isChanging, setChanging] = createSignal(false)
  const standing = () => rotationStanding(row()).kind
  const query = createQuery(
    () => [row().key_id, row().primary_version ?? 0] as const,
    ([key_id], signal) => api().showRotationLimits({ key_id }, { signal }),
  )
  return (
    <Show when={standing() !== 'never'}>
      <section class="panel" aria-labelledby="limits">
        <header>
          <h2 id="limits">{text().title}</h2>
          <Show when={standing() !== 'paused'}>
            <button
              type="button"
              class="button small push"
              disabled={query.data() === undefined}
              onClick={() => setChanging(true)}
            >
              {text().change}
            </button>
          </Show>
        </header>
        <Loaded query={query}>
          {(limits) => (
            <div class="body stack">
              <p class="soft">{text().explain}</p>
              <dl class="facts">
                <dt>{text().uses}</dt>
                <dd>
                  <Use of={limits().uses} limit={limits().max_uses} />
                </dd>
                <dt>{text().bytes}</dt>
                <dd>
                  <Use of={limits().bytes} limit={limits().max_bytes} />
                </dd>
              </dl>
              <ChangeLimits
                isOpen={isChanging()}
                close={() => setChanging(false)}
                limits={limits()}
                changed={(made: LimitsOfUse) => query.put({ ...without(limits()), ...made })}
              />
            </div>
          )}
        </Loaded>
      </section>
    </Show>
  )
}

function Use(props: { readonly of: number; readonly limit: number | undefined }): JSX.Element {
  const text = () => words().keyRotation.limits
  return (
    <>
      {props.limit === undefined
        ? text().noLimit(format.number(props.of))
        : text().ofLimit(format.number(props.of), format.number(props.limit))}
    </>
  )
}

/** The same without its limits: a limit that is no more is left out, not empty. */
function without<T extends LimitsOfUse>(limits: T): Omit<T, keyof LimitsOfUse> {
  const { max_uses: _, max_bytes: __, ...rest } = limits
  return rest
}
