// The comments that stand over fields in the modules of the table: they are for clients too.
import { readFileSync } from 'node:fs'

/** One line of comment over a field, in an object of fields. */
const COMMENTED = /^ +\/\*\* ([^\n]*?) \*\/\n +'?([a-zA-Z_-]+)'?: /gm

/**
 * What the comments of `file`, a module of operations, say of the fields of operation `id`, by field.
 * What stands in the operation itself weighs more than what stands in the constants around it.
 */
export function fieldComments(file: string, id: string): ReadonlyMap<string, string> {
  const text = readFileSync(file, 'utf8')
  const begin = text.indexOf(`export const ${id} = operation({`)
  const end = text.indexOf('\n})\n', begin)
  const comments = new Map<string, string>()
  for (const block of [withoutOperations(text), text.slice(begin, end)]) {
    for (const [, comment = '', name = ''] of block.matchAll(COMMENTED)) comments.set(name, comment)
  }
  return comments
}

function withoutOperations(text: string): string {
  return text.replace(/export const \w+ = operation\(\{.*?\n\}\)\n/gs, '')
}
