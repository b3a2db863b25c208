import { wireErrorOf } from '../../src/contract/wire-errors/index.ts'
import { Fault } from '../../src/core/fault.ts'
import type { Key } from '../../src/core/key.ts'
import {
  cancelDeletion,
  describeKey,
  disableKey,
  enableKey,
  renameKey,
  requireUsable,
  scheduleDeletion,
} from '../../src/core/key-state.ts'
import {
  changeRotationInterval,
  disableRotation,
  enableRotation,
  rotate,
  rotationInterval,
} from '../../src/core/rotation.ts'
import { type Days, days, type EpochMs } from '../../src/core/time.ts'

/** What is asked of a key: an operation of the API by its path, and its days where it has some. */
export interface KeyAction {
  readonly operation: KeyOperation
  readonly days: number
}

const NOW = 0 as EpochMs

/** What each operation does to a key of the core. The answer is what is compared of the reply. */
const STEPS = {
  'enable-key': (key) => ({ key: enableKey(key) }),
  'disable-key': (key) => ({ key: disableKey(key) }),
  'enable-key-rotation': (key) => ({ key: enableRotation(key, NOW) }),
  'disable-key-rotation': (key) => ({ key: disableRotation(key) }),
  'update-key-rotation-interval': (key, count) => ({ key: changeRotationInterval(key, count) }),
  'rotate-on-demand': (key) => ({ key: rotate(key, 'demand', 'model', NOW).key }),
  'schedule-key-deletion': (key) => ({ key: scheduleDeletion(key, days(7), NOW) }),
  'cancel-key-deletion': (key) => ({ key: cancelDeletion(key) }),
  'update-key-alias': (key, count) => ({ key: renameKey(key, `${count}`) }),
  'update-key-description': (key, count) => ({ key: describeKey(key, `${count}`) }),
  'describe-key': (key) => ({
    key,
    answer: descriptionText(key.state.kind, key.alias, key.description),
  }),
  'get-key-rotation-status': (key) => ({ key, answer: rotationAnswer(key) }),
  'encrypt-data': (key) => ({ key: requireUsable(key), answer: `version ${key.primaryVersion}` }),
} as const satisfies Record<
  string,
  (key: Key, count: Days) => { readonly key: Key; readonly answer?: string }
>

/** An operation that the model knows. */
export type KeyOperation = keyof typeof STEPS

/** All of them. */
export const KEY_OPERATIONS = Object.keys(STEPS) as readonly KeyOperation[] // the keys of the table

function rotationAnswer(key: Key): string {
  const isOn = key.schedule.kind === 'on'
  return rotationText(isOn, isOn ? rotationInterval(key) : 0, key.rotationCount)
}

/** How a description of a key is compared. */
export function descriptionText(state: string, alias: string, description: string): string {
  return `${state} ${alias}/${description}`
}

/** How a rotation status is compared. */
export function rotationText(isOn: boolean, interval: number, count: number): string {
  return `${isOn ? `on, ${interval} days` : 'off'}, ${count} rotations`
}

/** The key after an action, and its outcome: a code of a refusal, or an answer, empty for none. */
export function applyToModel(
  key: Key,
  action: KeyAction,
): { readonly key: Key; readonly outcome: string } {
  try {
    const step: { readonly key: Key; readonly answer?: string } = STEPS[action.operation](
      key,
      days(action.days),
    )
    return { key: step.key, outcome: step.answer ?? '' }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { key, outcome: wireErrorOf(error.kind).code }
  }
}
