/** Kinds of b-tree pages, and how long their headers are. Source: SQLite, "Database File Format", 1.6. */
const HEADER_BYTES: Readonly<Record<number, number>> = { 2: 12, 5: 12, 10: 8, 13: 8 }
/** The first page begins with the header of the file. */
const FILE_HEADER_BYTES = 100
const CELL_COUNT_AT = 3
const CONTENT_AT = 5

/**
 * Places in a page of SQLite at which something stands: its header, where its cells are, and the cells. What
 * lies between is free. A page that is not of a b-tree counts as full.
 */
export function usedBytes(page: Buffer, isFirst: boolean): readonly number[] {
  const at = isFirst ? FILE_HEADER_BYTES : 0
  const header = HEADER_BYTES[page[at] ?? 0]
  if (header === undefined) return Array.from(page.keys())
  const cells = page.readUInt16BE(at + CELL_COUNT_AT)
  const content = page.readUInt16BE(at + CONTENT_AT) || page.length
  const free = at + header + 2 * cells
  return Array.from(page.keys()).filter((place) => place < free || place >= content)
}
