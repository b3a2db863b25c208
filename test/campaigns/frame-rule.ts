import { COPIED_TABLES } from '../../src/storage/copy/tables.ts'

/**
 * How many rows the frames of a backup hold that follow each other as they must; undefined when they do
 * not. It says a second time, and from all bytes at once, what the reader of the product says.
 */
export function readFrames(plain: Buffer): number | undefined {
  const counts = new Map<string, number>()
  let open: { readonly table: string; readonly columns: number; rows: number } | undefined
  let at = 0
  while (at + 4 <= plain.length) {
    const length = plain.readUInt32BE(at)
    const frame = parse(plain.subarray(at + 4, at + 4 + length))
    if (at + 4 + length > plain.length || frame === undefined) return undefined
    at += 4 + length
    const [kind, first, second] = frame
    const isOf = (wanted: string, parts: number) => kind === wanted && frame.length === parts
    if (isOf('table', 3)) {
      const isKnown = typeof first === 'string' && Object.keys(COPIED_TABLES).includes(first)
      if (open !== undefined || !isKnown || counts.has(first) || !areNames(second)) return undefined
      open = { table: first, columns: second.length, rows: 0 }
    } else if (isOf('rows', 2)) {
      if (open === undefined || !areRows(first, open.columns)) return undefined
      open.rows += first.length
    } else if (isOf('tableEnd', 3)) {
      const isNumber = Number.isSafeInteger(second) && Number(second) >= 0
      if (open === undefined || first !== open.rows || (second !== null && !isNumber))
        return undefined
      counts.set(open.table, open.rows)
      open = undefined
    } else if (isOf('end', 3)) {
      const total = [...counts.values()].reduce((sum, rows) => sum + rows, 0)
      const isWhole = open === undefined && first === counts.size && second === total
      return isWhole && at === plain.length ? total : undefined
    } else {
      return undefined
    }
  }
  return undefined
}

function parse(bytes: Buffer): readonly unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(bytes.toString())
    return Array.isArray(parts) ? parts : undefined
  } catch {
    return undefined
  }
}

function areNames(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || new Set(value).size < value.length) return false
  return value.every(
    (name) => typeof name === 'string' && /^[a-z]\w{0,62}$/.test(name) && !/[A-Z]/.test(name),
  )
}

function areRows(value: unknown, columns: number): value is readonly unknown[] {
  return (
    Array.isArray(value) &&
    value.every((row) => Array.isArray(row) && row.length === columns && row.every(isValue))
  )
}

function isValue(value: unknown): boolean {
  if (!Array.isArray(value)) {
    return value === null || typeof value === 'string' || Number.isSafeInteger(value)
  }
  const [text] = value
  // In its one form: what is written again from the bytes is the same.
  return (
    value.length === 1 &&
    typeof text === 'string' &&
    Buffer.from(text, 'base64').toString('base64') === text
  )
}
