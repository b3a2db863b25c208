import { createSignal, type JSX, Match, Show, Switch } from 'solid-js'
import { createAction } from '../../api/action.ts'
import { api } from '../../api/session.ts'
import { nowMs } from '../../clock.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { Dial } from '../../keys/dial.tsx'
import { type RotationStanding, rotationStanding, stateOf } from '../../keys/key-facts.ts'
import { words } from '../../language.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ChangeInterval } from './change-interval.tsx'
import './rotation.css'

/** How the key stands to rotating by itself, and what may be done about it. */
export function RotationNow(): JSX.Element {
  const { row, refetch } = useCurrentKey()
  const text = () => words().keyRotation
  const standing = () => rotationStanding(row())
  const isEnabled = () => stateOf(row()) === 'enabled'
  const [asks, setAsks] = createSignal<'rotate' | 'interval'>()
  const request = () => ({ key_id: row().key_id })

  const rotate = createAction(
    async () => {
      await api().rotateOnDemand(request())
      await refetch()
    },
    () => text().rotated,
  )
  const turnOn = createAction(
    async () => {
      await api().enableKeyRotation(request())
      await refetch()
    },
    () => text().turnedOn,
  )
  const turnOff = createAction(
    async () => {
      await api().disableKeyRotation(request())
      await refetch()
    },
    () => text().turnedOff,
  )
  const on = () => {
    const now = standing()
    return now.kind === 'on' ? now : undefined
  }
  /** Imported material rotates too, on demand, once the next was imported. */
  const canRotateNow = () => {
    const now = standing()
    return isEnabled() && (now.kind !== 'never' || now.why === 'imported')
  }

  return (
    <section class="panel rotation-now" aria-label={text().next}>
      <Show when={on()} fallback={<Icon name="rotate" size={48} />}>
        {(now) => (
          <Dial nextMs={now().nextMs} intervalDays={now().intervalDays} nowMs={nowMs()} size={88} />
        )}
      </Show>
      <Standing standing={standing()} />
      <div class="row">
        <Show when={isEnabled() && standing().kind === 'off'}>
          <button
            type="button"
            class="button primary"
            disabled={turnOn.isBusy()}
            onClick={() => void turnOn.run()}
          >
            {text().turnOn}
          </button>
        </Show>
        <Show when={on()}>
          <button type="button" class="button" onClick={() => setAsks('interval')}>
            {text().changeInterval}
          </button>
          <button
            type="button"
            class="button plain"
            disabled={turnOff.isBusy()}
            onClick={() => void turnOff.run()}
          >
            {text().turnOff}
          </button>
        </Show>
        <Show when={canRotateNow()}>
          <button type="button" class="button" onClick={() => setAsks('rotate')}>
            <Icon name="rotate" size={18} />
            {text().now}
          </button>
        </Show>
      </div>
      <Confirm
        title={text().nowTitle}
        text={text().nowText}
        deed={text().now}
        isOpen={asks() === 'rotate'}
        isBusy={rotate.isBusy()}
        close={() => setAsks(undefined)}
        run={() => void rotate.run().then(() => setAsks(undefined))}
      />
      <ChangeInterval
        isOpen={asks() === 'interval'}
        close={() => setAsks(undefined)}
        intervalDays={on()?.intervalDays}
      />
    </section>
  )
}

function Standing(props: { readonly standing: RotationStanding }): JSX.Element {
  const text = () => words().keyRotation
  const ofKind = <Kind extends RotationStanding['kind']>(kind: Kind) =>
    props.standing.kind === kind
      ? (props.standing as Extract<RotationStanding, { kind: Kind }>)
      : undefined
  return (
    <div>
      <h2 class="small muted">{text().next}</h2>
      <Switch>
        <Match when={ofKind('on')}>
          {(on) => (
            <>
              <p class="big">
                {on().nextMs <= nowMs()
                  ? text().isOverdue(format.relative(on().nextMs, nowMs()))
                  : text().nextText(
                      format.relative(on().nextMs, nowMs()),
                      format.date(on().nextMs),
                    )}
              </p>
              <p class="soft">{text().intervalEvery(on().intervalDays)}</p>
            </>
          )}
        </Match>
        <Match when={ofKind('paused')}>
          {(paused) => (
            <>
              <p class="big">
                {text().paused} · {text().intervalEvery(paused().intervalDays)}
              </p>
              <p class="soft">{text().pausedText}</p>
            </>
          )}
        </Match>
        <Match when={ofKind('off')}>
          <p class="big">{text().off}</p>
          <p class="soft">{text().offText}</p>
        </Match>
        <Match when={ofKind('never')}>
          {(never) => (
            <>
              <p class="big">{words().keys.notByItself}</p>
              <p class="soft">{text().never[never().why]}</p>
            </>
          )}
        </Match>
      </Switch>
    </div>
  )
}
