import type { VersionNumber } from '../core/ids.ts'
import type { Key, KeyOrigin } from '../core/key.ts'
import {
  latenessMs,
  nextRotationAt,
  type RotationEvent,
  rotationInterval,
  rotationStanding,
} from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'

/** Type of a signed statement about the rotations of a key, as its header bears it in `typ`. */
export const ROTATION_STATEMENT_TYPE = 'keyturn-rotation+json'

/** Most versions of one statement. */
export const MAX_STATEMENT_VERSIONS = 1000

/** A version of which a statement tells. */
export interface StatedVersion {
  readonly version: VersionNumber
  readonly createdAt: EpochMs
  readonly origin: KeyOrigin
  /** The rotation that made it; undefined where none did. */
  readonly rotation: RotationEvent | undefined
}

/** What a statement is made from. */
export interface StatementFacts {
  /** The time for keys. */
  readonly now: EpochMs
  readonly region: string
  readonly key: Key
  /** In order, without a gap. */
  readonly versions: readonly StatedVersion[]
  /** Where the audit log of the thread that answers stood. */
  readonly audit: {
    readonly node: string
    readonly chain: string
    readonly records: number
    readonly head: Uint8Array
  }
}

/** What a statement says, in the form that is signed. Times are ISO 8601, UTC. */
export function rotationStatement({ now, region, key, versions, audit }: StatementFacts) {
  const isOn = key.schedule.kind === 'on'
  return {
    format: 1,
    stated_at: timeOf(now),
    region,
    key: {
      key_id: key.id,
      project_id: key.projectId,
      domain_id: key.tenantId,
      alias: key.alias,
      key_spec: key.spec,
      origin: key.origin,
      state: key.state.kind,
      created_at: timeOf(key.createdAt),
    },
    rotation: {
      /** `on`, `off`, or `none` for keys that never rotate by themselves. */
      automatic: rotationStanding(key),
      interval_days: isOn ? rotationInterval(key) : undefined,
      next_due_at: timeOf(nextRotationAt(key)),
      number_of_rotations: key.rotationCount,
      last_rotation_at: timeOf(key.lastRotationAt),
    },
    primary_version: key.primaryVersion,
    /** Where the list of versions begins: beyond 1, older ones were left out. */
    first_version: versions[0]?.version,
    versions: versions.map(presentVersion),
    audit: {
      node: audit.node,
      chain: audit.chain,
      records: audit.records,
      head: Array.from(audit.head, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    },
  }
}

/** What a statement says, once its signature has been checked. */
export type RotationStatement = ReturnType<typeof rotationStatement>

/** Whether a signed value is a statement in a format that is known here. */
export function isRotationStatement(value: unknown): value is RotationStatement {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1
}

function presentVersion({ version, createdAt, origin, rotation }: StatedVersion) {
  return {
    version,
    created_at: timeOf(createdAt),
    origin,
    rotation: rotation && {
      at: timeOf(rotation.at),
      cause: rotation.cause,
      actor: rotation.actor,
      due_at: timeOf(rotation.dueAt),
      late_ms: latenessMs(rotation),
    },
  }
}

function timeOf(time: EpochMs): string
function timeOf(time: EpochMs | undefined): string | undefined
function timeOf(time: EpochMs | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}
