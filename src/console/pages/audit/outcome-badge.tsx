import type { JSX } from 'solid-js'
import type { AuditRecord } from '../../../client/index.ts'
import { words } from '../../language.ts'

/** How what a record tells of ended. */
export function OutcomeBadge(props: { readonly record: AuditRecord }): JSX.Element {
  const kind = () => outcomeOf(props.record.status)
  return (
    <span class={`badge ${TONES[kind()]}`}>
      {words().audit.outcomes[kind()]}
      {kind() === 'allowed' || kind() === 'work' ? '' : ` · ${codeOf(props.record)}`}
    </span>
  )
}

const TONES = { allowed: 'good', refused: 'warn', failed: 'bad', work: 'note' } as const

/** How a request ended, by its status; 0 is work that no request asked for. */
function outcomeOf(status: number): keyof typeof TONES {
  if (status === 0) return 'work'
  return status < 400 ? 'allowed' : status < 500 ? 'refused' : 'failed'
}

function codeOf({ error_code: code, status }: AuditRecord): string {
  return code ?? String(status)
}
