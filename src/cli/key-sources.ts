import { resolve } from 'node:path'
import { type Client, type KeyRow, pages } from '../client/index.ts'
import type { KeyId, ProjectId, TenantId, VersionNumber } from '../core/ids.ts'
import type { Key, KeyState, Regional } from '../core/key.ts'
import { addDays, type Days, type EpochMs } from '../core/time.ts'
import { openCurrentStoreToRead } from '../server/read-store.ts'
import type { StoreSettings } from '../server/store-settings.ts'

const PAGE_KEYS = 200

/** Where keys are read from; nothing is written. */
export interface KeySource {
  /** The time of the clock by which they rotate. */
  readonly now: EpochMs
  /** How many there are; undefined where that is not known. */
  readonly total: number | undefined
  readonly keys: () => AsyncIterable<Key>
  readonly close: () => Promise<void>
}

/** The keys of the project of a client. */
export async function keysOfServer(client: Client): Promise<KeySource> {
  const [{ now }, { total }] = await Promise.all([
    client.showRotationOverview({ days: '1' }),
    client.searchKeys({ limit: 1 }),
  ])
  return {
    now: Number(now) as EpochMs,
    total,
    async *keys() {
      for await (const page of pages(client.searchKeys, { sort: 'alias', limit: PAGE_KEYS })) {
        for (const row of page.keys) yield keyOfRow(row)
      }
    },
    close: async () => {},
  }
}

/** The keys of all projects of a data folder, or of the store that the settings name. */
export async function keysOfStore(directory: string, settings: StoreSettings): Promise<KeySource> {
  const reader = await openCurrentStoreToRead(resolve(directory), settings)
  return {
    now: Date.now() as EpochMs,
    total: await reader.countKeys(),
    keys: () => reader.keys(),
    close: () => reader.close(),
  }
}

/** A key as the core knows it, as far as its rotation goes. */
export function keyOfRow(row: KeyRow): Key {
  return {
    id: row.key_id as KeyId,
    projectId: '' as ProjectId, // the caller's, and no rotation goes by it
    tenantId: row.domain_id as TenantId,
    alias: row.key_alias,
    description: row.key_description,
    spec: row.key_spec,
    usage: row.key_usage,
    origin: row.origin,
    isDefault: row.default_key_flag === '1',
    enterpriseProjectId: row.sys_enterprise_project_id,
    keystoreId: row.keystore_id,
    state: stateOf(row),
    createdAt: Number(row.creation_date) as EpochMs,
    primaryVersion: row.primary_version as VersionNumber | undefined,
    schedule: scheduleOf(row),
    rotationCount: row.number_of_rotations,
    lastRotationAt: timeOf(row.last_rotation_time),
    materialExpiresAt: timeOf(row.expiration_time),
    regional: regionalOf(row),
  }
}

function stateOf(row: KeyRow): KeyState {
  switch (row.key_state) {
    case '2':
      return { kind: 'enabled' }
    case '3':
      return { kind: 'disabled' }
    case '4':
      return {
        kind: 'pendingDeletion',
        deleteAt: Number(row.scheduled_deletion_date) as EpochMs,
        cancelledTo: 'disabled',
      }
    case '5':
      return { kind: 'pendingImport' }
    default:
      throw new Error(`key ${row.key_id} is in a state that this version does not know`)
  }
}

/** While a key cannot rotate, the server does not tell its due time, and nobody needs it. */
function scheduleOf(row: KeyRow): Key['schedule'] {
  const { rotation_interval: interval, next_rotation_time: next } = row
  if (row.key_rotation_enabled !== 'true' || interval === undefined) return { kind: 'off' }
  const start = next ?? row.last_rotation_time ?? row.creation_date
  return {
    kind: 'on',
    interval: interval as Days,
    periodStart: addDays(Number(start) as EpochMs, (next === undefined ? 0 : -interval) as Days),
  }
}

function regionalOf({ multi_region_key_type: type }: KeyRow): Regional {
  if (type === 'REPLICA') return { kind: 'replica', primaryRegion: '' }
  return { kind: type === 'PRIMARY' ? 'primary' : 'single' }
}

/** Empty text means never. */
function timeOf(text: string | undefined): EpochMs | undefined {
  return text === undefined || text === '' ? undefined : (Number(text) as EpochMs)
}
