// The comments that stand over fields in the modules of the table: they are for clients too.
import { readdirSync, readFileSync } from 'node:fs'

const TABLE = 'src/contract/operations'

/** The module of each operation. */
const FILES_OF_ROWS: ReadonlyMap<string, string> = new Map(
  readdirSync(TABLE).flatMap((file) =>
    [
      ...readFileSync(`${TABLE}/${file}`, 'utf8').matchAll(/^export const (\w+) = operation\(/gm),
    ].map(([, id = '']) => [id, `${TABLE}/${file}`] as const),
  ),
)

/** One line of comment over a field, in an object of fields. */
const COMMENTED = /^ +\/\*\* ([^\n]*?) \*\/\n +'?([a-zA-Z_-]+)'?: /gm

/**
 * What the comments in its module say of the fields of the request or the answer of operation `id`, by field. What
 * stands in the operation itself weighs more than what stands in the constants around it.
 */
export function commentsOf(id: string, part: 'request' | 'answer'): ReadonlyMap<string, string> {
  const file = FILES_OF_ROWS.get(id)
  if (file === undefined) throw new Error(`no module of operations has ${id}`)
  const text = readFileSync(file, 'utf8')
  const begin = text.indexOf(`export const ${id} = operation({`)
  const end = text.indexOf('\n})\n', begin)
  const row = text.slice(begin, end)
  // Members of the answer bear names that members of the request have too.
  const at = row.search(/^ {2}response: /m)
  const [request, answer] = at === -1 ? [row, ''] : [row.slice(0, at), row.slice(at)]
  const comments = new Map<string, string>()
  for (const block of [withoutOperations(text), part === 'request' ? request : answer]) {
    for (const [, comment = '', name = ''] of block.matchAll(COMMENTED)) comments.set(name, comment)
  }
  return comments
}

function withoutOperations(text: string): string {
  return text.replace(/export const \w+ = operation\(\{.*?\n\}\)\n/gs, '')
}
