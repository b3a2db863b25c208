import { wireErrorOf } from '../../src/contract/wire-errors/index.ts'
import { Fault, fault } from '../../src/core/fault.ts'
import { FIRST_VERSION, nextVersion } from '../../src/core/ids.ts'
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
  isRotationDue,
  rotate,
  rotationInterval,
} from '../../src/core/rotation.ts'
import { addDays, type Days, days, type EpochMs } from '../../src/core/time.ts'
import { aKey } from '../a-key.ts'

/** What is asked of a key: an operation of the API, or what happens to it otherwise. */
export interface KeyAction {
  readonly operation: KeyOperation
  /** Where it has some; it also tells apart names and texts that are given. */
  readonly days: number
  /** Name of the grant that is taken back; of none that there ever was, if there was none. */
  readonly grant?: string
}

/** A key, and what hangs on it. */
export interface ModelState {
  readonly key: Key
  /** Names of its grants, in order. Each lets one and the same somebody encrypt. */
  readonly grants: readonly string[]
  /** Whether its first version, which was not used for so long, opens nothing any more. */
  readonly isOldRetired: boolean
  /** Whether it was used after all: by then it may be too early to retire it, or not yet counted. */
  readonly isOldUsed: boolean
}

/** What may come of an action. */
export interface ModelStep {
  readonly state: ModelState
  /** A code of a refusal, or an answer; empty for none. */
  readonly outcome: string
}

const NOW = 0 as EpochMs
/** How long before a history its key was made, rotated once, and set to rotate by itself. */
export const AGE_DAYS = 60
const MADE_AT = addDays(NOW, days(-AGE_DAYS))
/** So long ago a period began whose end is past, whatever the interval. */
export const LONG_DAYS = 400
const SECOND = nextVersion(FIRST_VERSION)

/** As a history begins. Names are what is left of them without the number of the history. */
export const START: ModelState = {
  key: aKey({
    alias: '',
    description: '',
    createdAt: MADE_AT,
    primaryVersion: SECOND,
    rotationCount: 1,
    lastRotationAt: MADE_AT,
    schedule: { kind: 'on', interval: days(365), periodStart: MADE_AT },
  }),
  grants: [],
  isOldRetired: false,
  isOldUsed: false,
}

/** What operations do to the key alone. */
const KEY_STEPS = {
  'enable-key': enableKey,
  'disable-key': disableKey,
  'enable-key-rotation': (key) => enableRotation(key, NOW),
  'disable-key-rotation': disableRotation,
  'update-key-rotation-interval': changeRotationInterval,
  'rotate-on-demand': (key) => rotate(key, 'demand', 'model', NOW).key,
  'schedule-key-deletion': (key) => scheduleDeletion(key, days(7), NOW),
  'cancel-key-deletion': cancelDeletion,
  'update-key-alias': (key, count) => renameKey(key, `${count}`),
  'update-key-description': (key, count) => describeKey(key, `${count}`),
  /** The period of a key that rotates began long ago: by whoever writes to the store. */
  'age-period': (key) =>
    key.schedule.kind === 'on'
      ? {
          ...key,
          schedule: { ...key.schedule, periodStart: addDays(NOW, days(-LONG_DAYS)) },
        }
      : key,
  /** What else an operation did before it answered, by which a key may have fallen due. */
  'rotate-if-due': rotatedIfDue,
} as const satisfies Readonly<Record<string, (key: Key, count: Days) => Key>>

/** What operations answer, or do to what hangs on the key. */
const STEPS = {
  'describe-key': ({ key }) => descriptionText(key.state.kind, key.alias, key.description),
  'get-key-rotation-status': ({ key }) => rotationAnswer(key),
  'encrypt-data': ({ key }) => `version ${requireUsable(key).primaryVersion}`,
  'encrypt-as-grantee': ({ key, grants }) => {
    if (grants.length === 0) throw fault('operation-forbidden', { permission: '' })
    return `version ${requireUsable(key).primaryVersion}`
  },
  'decrypt-old': (state) => {
    requireUsable(state.key)
    if (state.isOldRetired) throw fault('version-retired', { version: FIRST_VERSION })
    return { state: { ...state, isOldUsed: true }, outcome: 'opened' }
  },
  'create-grant': (state, { days: name }) => {
    requireUsable(state.key)
    return { state: { ...state, grants: [...state.grants, `g${name}`].sort() }, outcome: '' }
  },
  'revoke-grant': withoutGrant,
  'retire-grant': withoutGrant,
  'list-grants': ({ grants }) => grantsText(grants),
  'retire-old': (state) => {
    requireUsable(state.key)
    if (state.isOldRetired) throw fault('version-not-retirable', { version: FIRST_VERSION })
    const retired = { state: { ...state, isOldRetired: true }, outcome: '' }
    const tooEarly = { state, outcome: wireErrorOf('version-not-retirable').code }
    return state.isOldUsed ? [retired, tooEarly] : retired
  },
  'restore-old': (state) => {
    if (!state.isOldRetired) throw fault('version-not-retired', { version: FIRST_VERSION })
    return { state: { ...state, isOldRetired: false }, outcome: '' }
  },
  'list-versions': ({ isOldRetired }) => (isOldRetired ? 'retired' : 'former'),
} as const satisfies Readonly<
  Record<
    string,
    (state: ModelState, action: KeyAction) => string | ModelStep | readonly ModelStep[]
  >
>

/** Something that the model knows. */
export type KeyOperation = keyof typeof KEY_STEPS | keyof typeof STEPS

/** Uses of a key go by caches: what they see may be as old as the bound allows. */
export const USES: readonly KeyOperation[] = ['encrypt-data', 'encrypt-as-grantee', 'decrypt-old']

/** What clients do: all but what follows of it. */
export const KEY_OPERATIONS = (
  [...Object.keys(KEY_STEPS), ...Object.keys(STEPS)] as readonly KeyOperation[]
) // the keys of the tables
  .filter((operation) => operation !== 'rotate-if-due')

/** The state after an action, and its outcome; several where chance decides. */
export function applyToModel(state: ModelState, action: KeyAction): readonly ModelStep[] {
  try {
    const { operation } = action
    if (isOfKey(operation)) {
      const key = KEY_STEPS[operation](state.key, days(action.days))
      return [{ state: { ...state, key }, outcome: '' }]
    }
    const step: string | ModelStep | readonly ModelStep[] = STEPS[operation](state, action)
    if (typeof step === 'string') return [{ state, outcome: step }]
    return 'outcome' in step ? [step] : step
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return [{ state, outcome: wireErrorOf(error.kind).code }]
  }
}

/** What happens without being asked for: a key that is due rotates. Undefined when nothing does. */
export function happensByItself(state: ModelState): ModelState | undefined {
  const { key } = state
  return isRotationDue(key, NOW) ? { ...state, key: rotatedIfDue(key) } : undefined
}

function isOfKey(operation: KeyOperation): operation is keyof typeof KEY_STEPS {
  return operation in KEY_STEPS
}

function rotatedIfDue(key: Key): Key {
  return isRotationDue(key, NOW) ? rotate(key, 'schedule', 'model', NOW).key : key
}

function withoutGrant(state: ModelState, { grant }: KeyAction): ModelStep {
  const grants = state.grants.filter((name) => name !== grant)
  if (grants.length === state.grants.length) throw fault('grant-not-found')
  return { state: { ...state, grants }, outcome: '' }
}

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

/** How a list of grants is compared. */
export function grantsText(names: readonly string[]): string {
  return `grants ${[...names].sort().join(' ')}`
}
