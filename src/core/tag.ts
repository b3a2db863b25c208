import { fault } from './fault.ts'
import { MAX_TAGS_OF_KEY, TAG_CHARACTERS } from './limits.ts'

/** A name with a value that people put on a key to find it by. */
export interface Tag {
  readonly name: string
  readonly value: string
}

/** No control characters, and none of these. Source: KMS API reference, "Adding a key tag". */
const FORBIDDEN = /[\p{Cc}*<>\\,|/=]/u

/**
 * Passes a tag that may be put on a key.
 *
 * @throws {Fault} `tag-key-invalid`, `tag-key-too-long`, `tag-value-invalid`, `tag-value-too-long`
 */
export function requireTag(tag: Tag): Tag {
  const name = requireTagName(tag.name)
  const { value } = tag
  if ([...value].length > TAG_CHARACTERS.value) {
    throw fault('tag-value-too-long', { max: TAG_CHARACTERS.value })
  }
  if (FORBIDDEN.test(value) || !value.isWellFormed()) throw fault('tag-value-invalid')
  return { name, value }
}

/**
 * Passes the name of a tag.
 *
 * @throws {Fault} `tag-key-invalid`, `tag-key-too-long`
 */
export function requireTagName(name: string): string {
  if ([...name].length > TAG_CHARACTERS.name) {
    throw fault('tag-key-too-long', { max: TAG_CHARACTERS.name })
  }
  if (name.trim() === '' || name.trim() !== name || FORBIDDEN.test(name) || !name.isWellFormed()) {
    throw fault('tag-key-invalid')
  }
  return name
}

/**
 * The tags of a key after some were put on it: the newer value of a name counts.
 *
 * @throws {Fault} `too-many-tags`
 */
export function withTags(present: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const byName = new Map([...present, ...added].map((tag) => [tag.name, tag] as const))
  if (byName.size > MAX_TAGS_OF_KEY) throw fault('too-many-tags', { max: MAX_TAGS_OF_KEY })
  return [...byName.values()]
}
