import type { FaultKind } from '../core/fault.ts'
import type { Fields } from './field.ts'
import type { OperationRow } from './operation.ts'

/** A fault that an operation may be refused with. */
export interface PossibleFault {
  readonly kind: FaultKind
  /** Whether every operation of the sort may meet it: it says nothing of this one. */
  readonly common: boolean
  /** Facts that are the same at every refusal, for the sentence. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** What any request may meet: limits of the listener, and our own failures. */
const ANY_REQUEST: readonly FaultKind[] = [
  'request-malformed',
  'request-timeout',
  'url-invalid',
  'body-too-large',
  'uri-too-long',
  'headers-too-large',
  'internal',
  'storage-failed',
  'sealed',
]

/** What a request may meet that must prove who sends it. */
const ANY_CALLER: readonly FaultKind[] = [
  'authorization-malformed',
  'credentials-missing',
  'signature-invalid',
  'token-expired',
  'token-malformed',
  'token-invalid',
  'too-many-requests',
  'upstream-invalid',
  'upstream-timeout',
]

/** What every request may meet for which somebody must be signed in. */
export const COMMON_FAULTS: readonly PossibleFault[] = [...ANY_CALLER, ...ANY_REQUEST].map(
  (kind) => ({ kind, common: true, facts: {} }),
)

/**
 * Every fault that an operation may be refused with, each once: its own first, then what its fields
 * say of bad values, then those that it shares with its like.
 */
export function possibleFaults(row: OperationRow): readonly PossibleFault[] {
  const factsByKind = factsOfFields(row)
  const own = [...row.faults, ...[...factsByKind.keys()].filter((kind) => kind !== 'field-invalid')]
  const faults = new Map<FaultKind, PossibleFault>()
  for (const kind of own) {
    faults.set(kind, { kind, common: false, facts: factsByKind.get(kind) ?? {} })
  }
  if ('permission' in row.access) {
    const facts = { permission: row.access.permission }
    for (const kind of permissionKinds(row)) faults.set(kind, { kind, common: false, facts })
  }
  for (const kind of commonKinds(row)) {
    if (!faults.has(kind)) faults.set(kind, { kind, common: true, facts: {} })
  }
  return [...faults.values()]
}

function commonKinds(row: OperationRow): readonly FaultKind[] {
  const inPath = row.path.includes('{project_id}')
  const hasBody = Object.keys(row.request).length > 0
  const fields = fieldsOf(row)
  const mayMiss = fields.some((some) => Object.values(some).some(({ optional }) => !optional))
  return [
    ...(hasBody ? (['body-not-json'] as const) : []),
    ...(mayMiss ? (['parameter-missing'] as const) : []),
    ...(factsOfFields(row).has('field-invalid') ? (['field-invalid'] as const) : []),
    ...(row.access.kind === 'anyone' ? [] : ANY_CALLER),
    ...(inPath ? (['token-without-project', 'project-mismatch'] as const) : []),
    ...ANY_REQUEST,
  ]
}

function permissionKinds(row: OperationRow): readonly FaultKind[] {
  return fieldsOf(row).some((fields) => 'key_id' in fields)
    ? ['operation-forbidden', 'key-use-forbidden']
    : ['operation-forbidden']
}

/** What the fields say of bad values, by kind; of facts, only those worth telling beforehand. */
function factsOfFields(
  row: OperationRow,
): ReadonlyMap<FaultKind, Readonly<Record<string, unknown>>> {
  const found = new Map<FaultKind, Readonly<Record<string, unknown>>>()
  for (const fields of fieldsOf(row)) {
    for (const [name, member] of Object.entries(fields)) {
      const { kind, facts } = member.malformed(name)
      found.set(kind, kind === 'field-invalid' ? {} : facts)
    }
  }
  return found
}

function fieldsOf(row: OperationRow): readonly Fields[] {
  return [row.pathFields, row.query, row.requestHeaders, row.request]
}
