import type { JSX } from 'solid-js'
import { words } from '../language.ts'
import type { StateName } from './key-facts.ts'

const TONES = {
  enabled: 'good',
  disabled: 'rest',
  pendingDeletion: 'bad',
  pendingImport: 'note',
} as const satisfies Record<StateName, string>

/** The state of a key, in its colour and in words. */
export function StateBadge(props: { readonly state: StateName }): JSX.Element {
  return <span class={`badge ${TONES[props.state]}`}>{words().keys.states[props.state]}</span>
}
