import { OPERATIONS } from '../../src/contract/operations/index.ts'
import type { Tally } from './walk/walker.ts'

/** What came of walking through the API with a client. */
export interface ClientReport {
  readonly name: string
  readonly version: string
  readonly tallies: ReadonlyMap<string, Tally>
  readonly failures: readonly string[]
}

/** The page that tells which client called what, and whether all was as expected. */
export function compatibilityPage(reports: readonly ClientReport[]): string {
  const ids = Object.entries(OPERATIONS)
    .filter(([id, { api }]) => api === 'kms' || reports.some(({ tallies }) => tallies.has(id)))
    .map(([id]) => id)
    .sort()
  const rows = ids.map((id) => [id, ...reports.map(({ tallies }) => cell(tallies.get(id)))])
  const header = ['Operation', ...reports.map(({ name }) => name)]
  return `# Compatibility

What \`npm run test:clients\` found: how often each client called an operation, and how many of these
calls ended as the test expects. Made by that command; do not edit.

${reports.map(({ name, version }) => `- **${name}**: ${version}`).join('\n')}

| ${header.join(' | ')} |
| --- |${' ---: |'.repeat(reports.length)}
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

A cell says \`passed/called\`; an empty one means that the client has no such operation, or that the
walk does not call it.
`
}

function cell(tally: Tally | undefined): string {
  return tally === undefined ? '' : `${tally.passed}/${tally.calls}`
}
