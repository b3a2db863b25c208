import type { RequestFor } from '../contract/operations/index.ts'
import { fault } from '../core/fault.ts'
import { requireEditable } from '../core/key-state.ts'
import { TAG_FILTER } from '../core/limits.ts'
import { requireTag, requireTagName, type Tag, withTags } from '../core/tag.ts'
import type { StoredKey } from '../ports/key-store.ts'
import type { TaggedKeysFilter } from '../ports/label-store.ts'
import type { Deps } from './deps.ts'
import { loadKey, projectOf } from './find-key.ts'
import type { Handler } from './handler.ts'
import { presentKey } from './present-key.ts'

const DEFAULT_LIMIT = 10
/** Most pairs of name and value that a list of the project's tags shows. */
const MAX_PROJECT_TAGS = 10_000
/** The only thing besides tags that keys can be found by. */
const RESOURCE_NAME = 'resource_name'

export const createKmsTag: Handler<'CreateKmsTag'> = async (deps, caller, request) => {
  const tag = toTag(request.tag)
  await changeTags(deps, await loadKey(deps, caller, request.key_id), (present) =>
    withTags(present, [tag]),
  )
  return {}
}

export const batchCreateKmsTags: Handler<'BatchCreateKmsTags'> = async (deps, caller, request) => {
  if (request.tags.length === 0) throw fault('tags-empty')
  const stored = await loadKey(deps, caller, request.key_id)
  if (request.action === 'create') {
    const tags = request.tags.map(toTag)
    await changeTags(deps, stored, (present) => withTags(present, tags))
    return {}
  }
  const names = new Set(request.tags.map(({ key }) => requireTagName(key)))
  await changeTags(deps, stored, (present) => without(present, names))
  return {}
}

export const deleteTag: Handler<'DeleteTag'> = async (deps, caller, request) => {
  const stored = await loadKey(deps, caller, request.key_id)
  await changeTags(deps, stored, (present) => without(present, new Set([request.key])))
  return {}
}

export const showKmsTags: Handler<'ShowKmsTags'> = async (deps, caller, request) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  const tags = await deps.labels.tagsOf(key.id)
  return { tags: tags.map(presentTag), existTagsNum: tags.length }
}

export const listKmsTags: Handler<'ListKmsTags'> = async (deps, caller) => {
  const values = new Map<string, string[]>()
  for (const { name, value } of await deps.labels.tagsOfProject(
    projectOf(caller),
    MAX_PROJECT_TAGS,
  )) {
    const known = values.get(name)
    if (known === undefined) values.set(name, [value])
    else known.push(value)
  }
  return { tags: [...values].map(([key, list]) => ({ key, values: list })) }
}

export const listKmsByTags: Handler<'ListKmsByTags'> = async (deps, caller, request) => {
  const projectId = projectOf(caller)
  const filter = toFilter(request)
  const total = await deps.labels.countTagged(projectId, filter)
  if (request.action === 'count') {
    const isPaged = request.offset !== undefined && request.offset !== 0
    if (isPaged) throw fault('offset-not-wanted')
    return { total_count: total }
  }
  const offset = request.offset ?? 0
  const limit = request.limit ?? DEFAULT_LIMIT
  const list = `${projectId} ${JSON.stringify(filter)}`
  const page = await deps.pagePlaces.page(list, offset, limit, {
    page: (place) => deps.labels.pageTagged(projectId, filter, place),
    numbers: (place) => deps.labels.numbersTagged(projectId, filter, place),
  })
  const resources = []
  for (const { key } of page) {
    resources.push({
      resource_id: key.id,
      resource_detail: presentKey(key, deps.region),
      resource_name: key.alias,
      tags: (await deps.labels.tagsOf(key.id)).map(presentTag),
    })
  }
  return { resources, total_count: total }
}

async function changeTags(
  deps: Deps,
  stored: StoredKey,
  step: (present: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  requireEditable(stored.key)
  if (!(await deps.labels.changeTags(stored, step))) {
    throw fault('key-not-found', { keyId: stored.key.id })
  }
  await deps.changes.afterCommit()
}

function without(present: readonly Tag[], names: ReadonlySet<string>): readonly Tag[] {
  const has = new Set(present.map(({ name }) => name))
  for (const name of names) if (!has.has(name)) throw fault('tag-not-found')
  return present.filter(({ name }) => !names.has(name))
}

function toFilter({ tags, matches }: RequestFor<'ListKmsByTags'>): TaggedKeysFilter {
  const wanted = tags ?? []
  const names = new Set(wanted.map(({ key }) => requireTagName(key)))
  if (names.size !== wanted.length || names.size > TAG_FILTER.names) {
    throw fault('tag-filter-invalid')
  }
  for (const { values = [] } of wanted) {
    if (values.length > TAG_FILTER.values) {
      throw fault('too-many-tag-values', { max: TAG_FILTER.values })
    }
  }
  const [match, ...more] = matches ?? []
  if (more.length > 0 || (match !== undefined && match.key !== RESOURCE_NAME)) {
    throw fault('matches-key-invalid')
  }
  if (match !== undefined && [...(match.value ?? '')].length > 255) {
    throw fault('matches-value-invalid')
  }
  const text = match?.value ?? ''
  return {
    tags: wanted.map(({ key, values }) => ({ name: key, values: values ?? [] })),
    nameContains: text === '' ? undefined : text,
  }
}

function toTag({ key, value }: { readonly key: string; readonly value?: string | undefined }): Tag {
  return requireTag({ name: key, value: value ?? '' })
}

function presentTag({ name, value }: Tag) {
  return { key: name, value }
}
