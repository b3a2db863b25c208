import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseRecordLine } from '../../src/audit/record-line.ts'
import type { StoredAuditRecord } from '../../src/ports/audit-reader.ts'

/** Text of the chain of commands in a data folder. */
export function commandsText(directory: string): string {
  const folder = join(directory, 'audit', 'commands')
  return readdirSync(folder)
    .filter((name) => name.startsWith('audit-'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
}

/** Records of commands in a data folder, the oldest first. */
export function commandRecords(directory: string): readonly StoredAuditRecord[] {
  return commandsText(directory)
    .split('\n')
    .flatMap((line) => parseRecordLine(line, 'commands') ?? [])
}

/** `step operation` of each, with the code where there is one. */
export function stepsOf(records: readonly StoredAuditRecord[]): readonly string[] {
  return records.map(({ detail, operation, code }) =>
    [detail?.['step'], operation, code].filter((part) => part !== undefined).join(' '),
  )
}
