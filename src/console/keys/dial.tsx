import type { JSX } from 'solid-js'
import './dial.css'

const DAY_MS = 86_400_000
const RADIUS = 7
const AROUND = 2 * Math.PI * RADIUS

/** How far a key is through its rotation period, as a dial; full and red when it is past the end. */
export function Dial(props: {
  readonly nextMs: number
  readonly intervalDays: number
  readonly nowMs: number
  readonly size?: number
}): JSX.Element {
  const share = () => 1 - (props.nextMs - props.nowMs) / (props.intervalDays * DAY_MS)
  const filled = () => AROUND * Math.min(1, Math.max(0.02, share()))
  return (
    <svg
      class="dial"
      classList={{ late: props.nextMs <= props.nowMs }}
      width={props.size ?? 18}
      height={props.size ?? 18}
      viewBox="0 0 18 18"
      aria-hidden="true"
    >
      <circle class="track" cx="9" cy="9" r={RADIUS} />
      <circle
        cx="9"
        cy="9"
        r={RADIUS}
        stroke-linecap="round"
        stroke-dasharray={`${filled()} ${AROUND}`}
      />
    </svg>
  )
}
