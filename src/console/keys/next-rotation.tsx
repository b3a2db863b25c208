import { type JSX, Match, Switch } from 'solid-js'
import type { KeyRow } from '../../client/index.ts'
import { nowMs } from '../clock.ts'
import { format } from '../format.ts'
import { words } from '../language.ts'
import { Dial } from './dial.tsx'
import { type RotationStanding, rotationStanding } from './key-facts.ts'

/**
 * When a key rotates next, with a dial; or why it does not, which is left out where something beside it
 * says so.
 */
export function NextRotation(props: {
  readonly row: KeyRow
  readonly isBrief?: boolean
}): JSX.Element {
  const standing = () => rotationStanding(props.row)
  const ofKind = <Kind extends RotationStanding['kind']>(kind: Kind) => {
    const now = standing()
    return now.kind === kind ? (now as Extract<RotationStanding, { kind: Kind }>) : undefined
  }
  return (
    <Switch>
      <Match when={ofKind('on')}>
        {(on) => (
          <span class="next-rotation" title={format.dateTime(on().nextMs)}>
            <Dial nextMs={on().nextMs} intervalDays={on().intervalDays} nowMs={nowMs()} />
            {on().nextMs <= nowMs() ? words().frame.overdue : format.relative(on().nextMs, nowMs())}
          </span>
        )}
      </Match>
      <Match when={ofKind('paused')}>
        <span class="muted">{words().keys.paused}</span>
      </Match>
      <Match when={ofKind('off')}>
        <span class="muted">{props.isBrief === true ? '–' : words().keys.off}</span>
      </Match>
      <Match when={ofKind('never')}>
        <span class="muted">{props.isBrief === true ? '–' : words().keys.notByItself}</span>
      </Match>
    </Switch>
  )
}
