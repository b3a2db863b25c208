import { useSearchParams } from '@solidjs/router'
import { createMemo } from 'solid-js'
import type { ListAuditRecordsRequest } from '../../../client/index.ts'

/** How a request may have ended. */
export const OUTCOMES = ['allowed', 'refused', 'failed'] as const

/** Names of the filters in the address, which are those of the request. */
export const AUDIT_FILTERS = [
  'from',
  'to',
  'operation',
  'user',
  'key_id',
  'outcome',
  'request_id',
] as const

/** Name of a filter. */
export type AuditFilterName = (typeof AUDIT_FILTERS)[number]

/** The filter of the audit log. It lives in the address: what was found can be linked to. */
export interface AuditFilter {
  /** A filter as it stands in the address; empty text without it. Times are milliseconds since 1970. */
  readonly value: (name: AuditFilterName) => string
  readonly set: (name: AuditFilterName, value: string) => void
  readonly clear: () => void
  readonly isOn: () => boolean
  /** What to ask the server, but for the page. */
  readonly request: () => ListAuditRecordsRequest
}

/** The filter in the address of now. What the address says that means nothing is left out. */
export function useAuditFilter(): AuditFilter {
  const [params, setParams] = useSearchParams<Record<string, string>>()
  const value = (name: AuditFilterName) => meant(name, params[name] ?? '')
  return {
    value,
    set: (name, text) => setParams({ [name]: text.trim() }),
    clear: () => setParams(Object.fromEntries(AUDIT_FILTERS.map((name) => [name, '']))),
    isOn: () => AUDIT_FILTERS.some((name) => value(name) !== ''),
    request: createMemo(
      () =>
        Object.fromEntries(
          AUDIT_FILTERS.map((name) => [name, value(name)]).filter(([, text]) => text !== ''),
        ),
      undefined,
      { equals: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
    ),
  }
}

function meant(name: AuditFilterName, text: string): string {
  if (name === 'outcome') return OUTCOMES.find((outcome) => outcome === text) ?? ''
  if (name === 'from' || name === 'to') return /^\d{1,15}$/.test(text) ? text : ''
  return text.slice(0, 255)
}
