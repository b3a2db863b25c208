import type { DestroyedKey } from '../core/destroyed-key.ts'
import type { VersionNumber } from '../core/ids.ts'
import type { Key, KeyOrigin } from '../core/key.ts'
import {
  latenessMs,
  nextRotationAt,
  type RotationEvent,
  rotationStanding,
} from '../core/rotation.ts'
import type { RotationLimits } from '../core/rotation-limits.ts'
import { settingsOf } from '../core/rotation-settings.ts'
import type { EpochMs } from '../core/time.ts'
import { isoTime } from './iso-time.ts'
import { presentHistory, presentSettings, type SettingsHistory } from './stated-settings.ts'

/** Type of a signed statement about the rotations of a key, as its header bears it in `typ`. */
export const ROTATION_STATEMENT_TYPE = 'keyturn-rotation+json'

/** Most versions of one statement. */
export const MAX_STATEMENT_VERSIONS = 1000

/** The format that statements are made in. Format 1 told nothing of settings, nor of destroyed keys. */
const FORMAT = 2
/** Formats that are still believed. */
const FORMATS: readonly unknown[] = [1, FORMAT]

/** The key that a statement is about. */
export type StatedKey =
  | { readonly kind: 'present'; readonly key: Key; readonly limits: RotationLimits }
  | { readonly kind: 'destroyed'; readonly key: DestroyedKey }

/** A version of which a statement tells. */
export interface StatedVersion {
  readonly version: VersionNumber
  /** Undefined where that went with the key. */
  readonly createdAt: EpochMs | undefined
  readonly origin: KeyOrigin | undefined
  /** The rotation that made it; undefined where none did. */
  readonly rotation: RotationEvent | undefined
}

/** What a statement is made from. */
export interface StatementFacts {
  /** The time for keys. */
  readonly now: EpochMs
  readonly region: string
  readonly subject: StatedKey
  /** In order, without a gap. */
  readonly versions: readonly StatedVersion[]
  readonly history: SettingsHistory
  /** Where the audit log of the thread that answers stood. */
  readonly audit: {
    readonly node: string
    readonly chain: string
    readonly records: number
    readonly head: Uint8Array
  }
}

/** What a statement says, in the form that is signed. Times are ISO 8601, UTC. */
export function rotationStatement(facts: StatementFacts) {
  const { now, region, subject, versions, history, audit } = facts
  const { key } = subject
  return {
    format: FORMAT,
    stated_at: isoTime(now),
    region,
    key: {
      key_id: key.id,
      project_id: key.projectId,
      domain_id: key.tenantId,
      alias: key.alias,
      key_spec: key.spec,
      origin: key.origin,
      state: subject.kind === 'present' ? subject.key.state.kind : subject.kind,
      created_at: isoTime(key.createdAt),
      destroyed_at: subject.kind === 'present' ? undefined : isoTime(subject.key.destroyedAt),
    },
    rotation: {
      ...(subject.kind === 'present' ? presentRotation(subject.key, subject.limits) : {}),
      number_of_rotations: key.rotationCount,
      last_rotation_at: isoTime(key.lastRotationAt),
    },
    primary_version: key.primaryVersion,
    /** Where the list of versions begins: beyond 1, older ones were left out. */
    first_version: versions[0]?.version,
    versions: versions.map(presentVersion),
    settings: presentHistory(history),
    audit: {
      node: audit.node,
      chain: audit.chain,
      records: audit.records,
      head: Array.from(audit.head, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    },
  }
}

type NewestStatement = ReturnType<typeof rotationStatement>

/** What a statement says, once its signature has been checked; in format 1 without settings. */
export type RotationStatement = Omit<NewestStatement, 'settings'> &
  Partial<Pick<NewestStatement, 'settings'>>

/** Whether a signed value is a statement in a format that is known here. */
export function isRotationStatement(value: unknown): value is RotationStatement {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    FORMATS.includes(value.format)
  )
}

function presentRotation(key: Key, limits: RotationLimits) {
  return {
    /** `on`, `off`, or `none` for keys that never rotate by themselves. */
    automatic: rotationStanding(key),
    ...presentSettings(settingsOf(key, limits)),
    next_due_at: isoTime(nextRotationAt(key)),
  }
}

function presentVersion({ version, createdAt, origin, rotation }: StatedVersion) {
  return {
    version,
    created_at: isoTime(createdAt),
    origin,
    rotation: rotation && {
      at: isoTime(rotation.at),
      cause: rotation.cause,
      actor: rotation.actor,
      due_at: isoTime(rotation.dueAt),
      late_ms: latenessMs(rotation),
    },
  }
}
