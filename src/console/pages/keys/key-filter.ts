import { useSearchParams } from '@solidjs/router'
import { createMemo } from 'solid-js'
import type { KeySpec, SearchKeysRequest } from '../../../client/index.ts'
import { KEY_SPEC_NAMES } from '../../../core/key-specs.ts'
import { STATE_DIGITS, STATE_NAMES } from '../../keys/key-facts.ts'

/** What `rotation` may be in the address. */
export const ROTATIONS = ['on', 'off', 'overdue', 'never'] as const
const SORTS = ['created', 'alias', 'next-rotation', 'last-rotation'] as const

/** What the table can be sorted by. */
export type Sort = (typeof SORTS)[number]

/** Names of the filters in the address. */
export type FilterName = 'alias' | 'state' | 'spec' | 'rotation' | 'tag'

const FILTER_NAMES: readonly FilterName[] = ['alias', 'state', 'spec', 'rotation', 'tag']

/** Between the name and the value of a tag: a character that neither may hold. */
const TAG_SEPARATOR = '='

/** The filters and the order of the table. They live in the address: a table can be linked to. */
export interface KeyFilter {
  /** A filter as it stands in the address; empty text without it. */
  readonly value: (name: FilterName) => string
  readonly set: (name: FilterName, value: string) => void
  readonly clear: () => void
  /** Whether any filter is set. */
  readonly isOn: () => boolean
  readonly sort: () => Sort
  readonly isDescending: () => boolean
  /** Sorts by a column; by the same once more the other way round. */
  readonly sortBy: (sort: Sort) => void
  /** What to ask the server, but for the page. */
  readonly request: () => SearchKeysRequest
}

/** The filter in the address of now. What the address says that means nothing is left out. */
export function useKeyFilter(): KeyFilter {
  const [params, setParams] = useSearchParams<Record<string, string>>()
  // Who asks for aliases reads them in their order, which is also the one that the server finds them in.
  const sort = () =>
    SORTS.find((name) => name === params['sort']) ?? (value('alias') === '' ? 'created' : 'alias')
  // The newest first, unless somebody wants it otherwise; names and times to come from the start.
  const isDescending = () =>
    (params['order'] ?? (sort() === 'alias' || sort() === 'next-rotation' ? 'asc' : 'desc')) ===
    'desc'
  const value = (name: FilterName) => params[name] ?? ''
  const request = createMemo(
    (): SearchKeysRequest => ({
      ...aliasOf(value('alias')),
      ...stateFrom(value('state')),
      ...specFrom(value('spec')),
      ...rotationFrom(value('rotation')),
      ...tagFrom(value('tag')),
      sort: sort(),
      order: isDescending() ? 'desc' : 'asc',
    }),
    undefined,
    { equals: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
  )
  return {
    value,
    set: (name, text) => setParams({ [name]: text }, { replace: true }),
    clear: () => setParams(Object.fromEntries(FILTER_NAMES.map((name) => [name, '']))),
    isOn: () => FILTER_NAMES.some((name) => value(name) !== ''),
    sort,
    isDescending,
    sortBy(column) {
      if (column === sort()) setParams({ order: isDescending() ? 'asc' : 'desc' })
      else setParams({ sort: column, order: '' })
    },
    request,
  }
}

function aliasOf(alias: string): Pick<SearchKeysRequest, 'alias'> {
  return alias === '' ? {} : { alias }
}

function stateFrom(text: string): Pick<SearchKeysRequest, 'key_state'> {
  const name = STATE_NAMES.find((candidate) => candidate === text)
  return name === undefined ? {} : { key_state: STATE_DIGITS[name] }
}

function specFrom(text: string): Pick<SearchKeysRequest, 'key_spec'> {
  const spec: KeySpec | undefined = KEY_SPEC_NAMES.find((name) => name === text)
  return spec === undefined ? {} : { key_spec: spec }
}

function rotationFrom(text: string): Pick<SearchKeysRequest, 'rotation'> {
  const rotation = ROTATIONS.find((name) => name === text)
  return rotation === undefined ? {} : { rotation }
}

function tagFrom(text: string): Pick<SearchKeysRequest, 'tag_key' | 'tag_value'> {
  if (text === '') return {}
  const at = text.indexOf(TAG_SEPARATOR)
  if (at === -1) return { tag_key: text }
  return { tag_key: text.slice(0, at), tag_value: text.slice(at + 1) }
}
