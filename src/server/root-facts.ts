import type { RootKeyId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'

/** Fact in a store: the change of its root key that is under way, or was the last. */
export const ROOT_ROTATION = 'root-rotation'
/** Fact in a store: what is left of root keys that were dropped, as a wrapped record in base64. */
export const PAST_ROOTS = 'past-roots'
/** Begins the names of facts by which servers say, during a change, which root keys they have. */
export const ROOT_NODE_PREFIX = 'root-node:'

/**
 * How far a change of the root key is: `begun`, the seal may keep the new one; `announced`, servers are to have
 * both, and still wrap under the old one; `rewrapping`, they wrap under the new one, and records follow;
 * `rewrapped`, a look at all records found none under another; `retiring`, servers are to believe the old one
 * no more; `retired`, the seal of the node that asked for it keeps it no more.
 */
export type RotationStep =
  | 'begun'
  | 'announced'
  | 'rewrapping'
  | 'rewrapped'
  | 'retiring'
  | 'retired'

const STEPS: readonly RotationStep[] = [
  'begun',
  'announced',
  'rewrapping',
  'rewrapped',
  'retiring',
  'retired',
]

/** Whether one root key is still taking the place of another. */
export function isUnderWay(step: RotationStep): boolean {
  return step === 'begun' || step === 'announced' || step === 'rewrapping'
}

/** A change of the root key. */
export interface RootRotation {
  readonly from: RootKeyId
  readonly to: RootKeyId
  readonly step: RotationStep
  /** When the step was reached. */
  readonly at: EpochMs
}

/** What a server says of itself during a change. */
export interface NodeReport {
  readonly current: RootKeyId
  /** All that it has, the current one among them. */
  readonly held: readonly RootKeyId[]
}

/** A fact that {@link JSON.stringify} wrote of a change; undefined where there was none. */
export function parseRotation(text: string | undefined): RootRotation | undefined {
  if (text === undefined) return undefined
  const { from, to, step, at } = JSON.parse(text) as RootRotation // we wrote it
  if (!STEPS.includes(step))
    throw new Error(`a newer version of Keyturn changes the root key: ${step}`)
  return { from, to, step, at }
}

/** What a server wrote of itself. */
export function parseReport(text: string): NodeReport {
  return JSON.parse(text) as NodeReport // a server wrote it
}
