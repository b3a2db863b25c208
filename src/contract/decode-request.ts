import { fault } from '../core/fault.ts'
import type { Fields } from './field.ts'
import { decodeFields, isObject } from './object-fields.ts'
import type { OperationRow } from './operation.ts'

/** Deepest nesting of a JSON body. */
export const MAX_JSON_DEPTH = 16

/** The parts of a request that its row has fields for, as they came. */
export interface RawRequest {
  /** Parameters of the path, decoded from percent-encoding. */
  readonly pathParameters: Readonly<Record<string, string>>
  /** The query string, without its question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Text of the body; undefined when its bytes are no UTF-8. */
  readonly body: string | undefined
}

/**
 * Reads a request as its row says. Rows that take no body ignore one, as the real service does.
 *
 * @throws {Fault} `body-not-json`, `url-invalid`, or what the first bad field says
 */
export function decodeRequest(
  row: OperationRow,
  raw: RawRequest,
): Readonly<Record<string, unknown>> {
  const body = hasFields(row.request) ? decodeFields(row.request, parseBody(raw.body)) : {}
  if (!hasFields(row.pathFields) && !hasFields(row.query) && !hasFields(row.requestHeaders)) {
    return body
  }
  return {
    ...decodeFields(row.pathFields, raw.pathParameters),
    ...decodeFields(row.query, hasFields(row.query) ? parseQuery(raw.query) : {}),
    ...decodeFields(row.requestHeaders, raw.headers),
    ...body,
  }
}

function parseBody(text: string | undefined): Readonly<Record<string, unknown>> {
  let body: unknown
  try {
    body = JSON.parse(text ?? '')
  } catch {
    throw fault('body-not-json')
  }
  if (!isObject(body) || !isShallow(body, MAX_JSON_DEPTH)) throw fault('body-not-json')
  return body
}

/** Whether nothing nests deeper than `depth`, and no member could pass for a prototype. */
function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((item) => isShallow(item, depth - 1))
  for (const name in value) {
    if (name === '__proto__') return false
    if (!isShallow((value as Record<string, unknown>)[name], depth - 1)) return false
  }
  return true
}

function parseQuery(query: string): Readonly<Record<string, string>> {
  if (query.length === 0) return {}
  const values: Record<string, string> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) values[name] ??= value
  return values
}

const fieldCounts = new WeakMap<Fields, boolean>()

function hasFields(fields: Fields): boolean {
  let has = fieldCounts.get(fields)
  if (has === undefined) {
    has = Object.keys(fields).length > 0
    fieldCounts.set(fields, has)
  }
  return has
}
