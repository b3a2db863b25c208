import type { ReplyFor, RequestFor } from '../contract/operations/index.ts'
import { fault } from '../core/fault.ts'
import type { Key } from '../core/key.ts'
import { MAX_PAGE_EVENTS } from '../core/limits.ts'
import { nextRotationAt } from '../core/rotation.ts'
import type { StoredKeyVersion } from '../ports/key-store.ts'
import type { KeySearch, KeySort } from '../ports/key-table.ts'
import { authorise, mayUse } from './authorise.ts'
import { loadKey, projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { hideMarker, shownMarker } from './hidden-markers.ts'
import { searchMarker, searchPlace } from './page-markers.ts'
import { presentKey } from './present-key.ts'

const SEARCH_PERMISSION = 'kms:cmk:list'
/** Rows on a page when the caller does not say. */
const DEFAULT_ROWS = 50

const SORTS = {
  created: 'created',
  alias: 'alias',
  'next-rotation': 'nextRotation',
  'last-rotation': 'lastRotation',
} as const satisfies Record<string, KeySort>

export const searchKeys: Handler<'SearchKeys'> = async (deps, caller, request, context) => {
  const dependsOnKey = caller.rights.verdictOf(SEARCH_PERMISSION) === 'depends'
  if (!dependsOnKey) {
    authorise(deps, caller, { permission: SEARCH_PERMISSION }, undefined, context)
  }
  const projectId = projectOf(caller)
  const search = toSearch(request)
  const reader = `${projectId} ${caller.userId}`
  const marker = dependsOnKey ? shownMarker(deps.root, reader, request.marker) : request.marker
  const after = searchPlace(search, marker)
  if (request.key_state === 'none') return { keys: [], next_marker: '', total: 0 }
  const limit = request.limit ?? DEFAULT_ROWS
  const found = await deps.table.search(projectId, search, { after, limit }, deps.clock.now())
  const seen = dependsOnKey
    ? found.keys.filter(({ key }) => mayUse(deps, caller, SEARCH_PERMISSION, key.id, context))
    : found.keys
  const next = searchMarker(search, found.next)
  return {
    keys: seen.map(({ key }) => presentRow(key, deps.region)),
    next_marker: dependsOnKey ? hideMarker(deps.root, reader, next) : next,
    // How many keys others have is not for those who may see only some.
    total: dependsOnKey ? undefined : found.total,
  }
}

export const showKeyRow: Handler<'ShowKeyRow'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  return { key: presentRow(key, deps.region) }
}

/** What this thread has counted is written first, so that who uses a key and then looks sees it. */
export const listKeyVersions: Handler<'ListKeyVersions'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  const limit = request.limit ?? MAX_PAGE_EVENTS
  const before = request.marker ?? 0
  const found = await deps.table.newestVersions(key.id, { before, limit: limit + 1 })
  const page = found.slice(0, limit)
  const last = page.at(-1)
  await deps.usage.flush().catch(deps.warn)
  const usage = await deps.usage.ofVersions(page)
  return {
    versions: page.map((version) => ({
      version: version.version,
      material_id: version.materialId,
      origin: version.origin,
      create_time: version.createdAt,
      expiration_time: version.expiresAt ?? ('none' as const),
      state: stateOf(version, key),
      protect_count: usage.get(version.version)?.protectCount ?? 0,
      protect_bytes: usage.get(version.version)?.protectBytes ?? 0,
      open_count: usage.get(version.version)?.openCount ?? 0,
      last_used_time: usage.get(version.version)?.lastUsedAt,
    })),
    next_marker: found.length > limit && last !== undefined ? last.version : 'end',
    counted_since: deps.usage.countedSince,
  }
}

function stateOf({ version, wrappedMaterial }: StoredKeyVersion, key: Key) {
  if (wrappedMaterial.length === 0) return 'gone'
  return version === key.primaryVersion ? 'primary' : 'former'
}

function toSearch(request: RequestFor<'SearchKeys'>): KeySearch {
  const { key_state: state, key_spec: spec, alias, tag_key, tag_value, rotation } = request
  if (tag_key === undefined && tag_value !== undefined) {
    throw fault('parameter-missing', { name: 'tag_key' })
  }
  return {
    sort: SORTS[request.sort ?? 'created'],
    order: request.order ?? 'asc',
    ...(state === undefined || state === 'none' ? {} : { state }),
    ...(spec === undefined || spec === 'ALL' ? {} : { spec }),
    ...(alias === undefined || alias === '' ? {} : { aliasPrefix: alias }),
    ...(rotation === undefined ? {} : { rotation }),
    ...(tag_key === undefined
      ? {}
      : { tag: { name: tag_key, ...(tag_value === undefined ? {} : { value: tag_value }) } }),
  }
}

/** A key as a row of a table. */
function presentRow(key: Key, region: string): ReplyFor<'ShowKeyRow'>['key'] {
  return {
    ...presentKey(key, region),
    primary_version: key.primaryVersion,
    rotation_interval: key.schedule.kind === 'on' ? key.schedule.interval : undefined,
    next_rotation_time: nextRotationAt(key),
    last_rotation_time: key.lastRotationAt,
    number_of_rotations: key.rotationCount,
  }
}
