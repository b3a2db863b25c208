/** A value of JSON; members that are undefined are left out. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined }

/**
 * The one text of a value: members sorted by the UTF-16 units of their names, no spaces, numbers and
 * strings as ECMAScript writes them. Source: RFC 8785.
 *
 * @throws {Error} for a number that JSON cannot hold, and for text with half a surrogate pair
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error('a number that JSON cannot hold')
  }
  if (typeof value === 'string' && !value.isWellFormed()) throw new Error('text that is no Unicode')
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = value[name]
      return member === undefined ? [] : [`${canonicalJson(name)}:${canonicalJson(member)}`]
    })
  return `{${members.join(',')}}`
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}
