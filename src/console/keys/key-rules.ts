import { ALIAS_PATTERN, MAX_DESCRIPTION_CHARACTERS } from '../../core/limits.ts'
import { requireFreeAlias } from '../../core/new-key.ts'
import { ROTATION_INTERVAL } from '../../core/rotation.ts'
import { requireTag } from '../../core/tag.ts'
import { words } from '../language.ts'

/** A tag as the wire has it. */
export interface Tag {
  readonly key: string
  readonly value: string
}

const ALIAS = new RegExp(ALIAS_PATTERN)

/** What is wrong with an alias, if anything is: what the server would say, before it is asked. */
export function aliasMistake(alias: string): string | undefined {
  if (!ALIAS.test(alias)) return words().createKey.aliasMistake
  return holds(() => requireFreeAlias(alias)) ? undefined : words().createKey.aliasReserved
}

/** What is wrong with a description. */
export function descriptionMistake(description: string): string | undefined {
  const isGood =
    [...description].length <= MAX_DESCRIPTION_CHARACTERS &&
    description.isWellFormed() &&
    !/\p{Cc}/u.test(description)
  return isGood ? undefined : words().createKey.descriptionMistake(MAX_DESCRIPTION_CHARACTERS)
}

/** What is wrong with a rotation interval in days, as it was typed. */
export function intervalMistake(typed: string): string | undefined {
  const { min, max } = ROTATION_INTERVAL
  const intervalDays = Number(typed)
  const isGood = /^\d+$/.test(typed) && intervalDays >= min && intervalDays <= max
  return isGood ? undefined : words().createKey.intervalMistake(min, max)
}

/** What is wrong with a tag that comes to `others`. */
export function tagMistake(tag: Tag, others: readonly Tag[]): string | undefined {
  const isGood =
    holds(() => requireTag({ name: tag.key, value: tag.value })) &&
    others.every(({ key }) => key !== tag.key)
  return isGood ? undefined : words().createKey.tagMistake
}

function holds(require: () => unknown): boolean {
  try {
    require()
    return true
  } catch {
    return false // a fault: the rule is not kept
  }
}
