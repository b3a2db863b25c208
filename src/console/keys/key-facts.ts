import type { KeyRow, KeySpec } from '../../client/index.ts'
import { specOf } from '../../core/key-specs.ts'

/** The states of a key, by the digit that the wire has for each. */
export const STATE_DIGITS = {
  enabled: '2',
  disabled: '3',
  pendingDeletion: '4',
  pendingImport: '5',
} as const satisfies Record<string, KeyRow['key_state']>

/** State of a key. */
export type StateName = keyof typeof STATE_DIGITS

/** All states, in the order in which they are offered. */
export const STATE_NAMES = Object.keys(STATE_DIGITS) as readonly StateName[]

/** The state of a key. */
export function stateOf(key: Pick<KeyRow, 'key_state'>): StateName {
  return STATE_NAMES.find((name) => STATE_DIGITS[name] === key.key_state) ?? 'disabled'
}

/** How a key stands to rotating by itself. */
export type RotationStanding =
  /** It does: at `nextMs`, every so many days. */
  | { readonly kind: 'on'; readonly intervalDays: number; readonly nextMs: number }
  /** It would, if its state let it. */
  | { readonly kind: 'paused'; readonly intervalDays: number }
  /** It could, and is not asked to. */
  | { readonly kind: 'off' }
  /** Keys of its kind do not. */
  | {
      readonly kind: 'never'
      readonly why: 'asymmetric' | 'imported' | 'default' | 'replica'
    }

/** How `key` stands to rotating by itself. */
export function rotationStanding(key: KeyRow): RotationStanding {
  if (key.default_key_flag === '1') return { kind: 'never', why: 'default' }
  if (key.multi_region_key_type === 'REPLICA') return { kind: 'never', why: 'replica' }
  if (!isRotatable(key.key_spec)) return { kind: 'never', why: 'asymmetric' }
  if (key.origin === 'external') return { kind: 'never', why: 'imported' }
  const { rotation_interval: intervalDays, next_rotation_time: next } = key
  if (intervalDays === undefined) return { kind: 'off' }
  if (next === undefined) return { kind: 'paused', intervalDays }
  return { kind: 'on', intervalDays, nextMs: Number(next) }
}

/** Whether keys of `spec` have material made anew by rotation. */
export function isRotatable(spec: KeySpec): boolean {
  return specOf(spec).rotatable
}

/** Whether the material of keys of `spec` has a public part. */
export function hasPublicKey(spec: KeySpec): boolean {
  return specOf(spec).family === 'asymmetric'
}

/** Whether people may change the key: a service's default key is the service's. */
export function isOwned(key: Pick<KeyRow, 'default_key_flag'>): boolean {
  return key.default_key_flag !== '1'
}
