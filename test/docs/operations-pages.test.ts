import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Fields } from '../../src/contract/field.ts'
import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'

for (const page of ['operations.md', 'operations.zh.md']) {
  test(`${page} says of every member of a request where it stands, its type and what it means`, () => {
    const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
    const sections = text.split(/^### /m).slice(1)
    assert.equal(sections.length, Object.keys(OPERATIONS).length)
    for (const section of sections) {
      const lines = section.split('\n')
      // The page has a heading for each row, and no other.
      const row: OperationRow = OPERATIONS[lines[0] as OperationId]
      const places: readonly Fields[] = [row.pathFields, row.query, row.requestHeaders, row.request]
      const names = places.flatMap((members) => Object.keys(members))
      const told = lines.filter((line) => line.startsWith('| `'))
      assert.equal(told.length, names.length, row.id)
      for (const name of names) {
        assert.ok(
          told.some(
            (line) =>
              /^\| `\S+`\?? \| .+ \| [a-z, ]+ \| .+ \|$/.test(line) &&
              line.startsWith(`| \`${name}\``),
          ),
          `${row.id}: ${name}`,
        )
      }
    }
  })
}
