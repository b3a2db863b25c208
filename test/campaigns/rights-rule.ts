import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'
import { wireErrorOf } from '../../src/contract/wire-errors/index.ts'
import type { FaultKind } from '../../src/core/fault.ts'
import { judge, rightsOf } from '../../src/core/policy.ts'
import { SYSTEM_ROLES } from '../../src/core/system-roles.ts'
import type { EpochMs } from '../../src/core/time.ts'
import type { Principal } from '../matrix/principals.ts'

/** What may be so of the key that an operation is called for. */
export const KEY_STATES = [
  'enabled',
  'disabled',
  'pendingDeletion',
  /** Its material was imported, and taken away again. */
  'pendingImport',
  /** Enabled; the version that protected what is to be opened is retired. */
  'retired version',
  'destroyed',
  /** Of another project of the same owner's domain. */
  'of another project',
  /** A replica of a key of another region. */
  'replica',
] as const

/** Name of a state. */
export type RightsState = (typeof KEY_STATES)[number]

/** What each state is refused with, where the operation's row says that it may be. */
const REFUSED_IN: Readonly<Record<RightsState, FaultKind | undefined>> = {
  enabled: undefined,
  disabled: 'key-disabled',
  pendingDeletion: 'key-pending-deletion',
  pendingImport: 'key-pending-import',
  'retired version': 'version-retired',
  destroyed: 'key-not-found',
  'of another project': 'key-not-found',
  replica: 'replica-not-rotatable',
}

type Rule = Partial<Record<RightsState, FaultKind | 'done'>>

/** Changes of the state itself, and what is told of a key in any: there a state is refused otherwise, or not. */
const OWN_RULES: Partial<Record<OperationId, Rule>> = {
  // What a key was remains to be proven after its destruction.
  ShowRotationAttestation: { destroyed: 'done' },
  EnableKey: {
    enabled: 'key-not-disabled',
    'retired version': 'key-not-disabled',
    replica: 'key-not-disabled',
  },
  DisableKey: { disabled: 'key-not-enabled' },
  DeleteKey: { pendingDeletion: 'deletion-already-scheduled' },
  CancelKeyDeletion: {
    enabled: 'deletion-not-scheduled',
    disabled: 'deletion-not-scheduled',
    pendingImport: 'deletion-not-scheduled',
    'retired version': 'deletion-not-scheduled',
    replica: 'deletion-not-scheduled',
  },
  ImportKeyMaterial: { disabled: 'key-not-pending-import' },
  DeleteImportedKeyMaterial: {
    pendingDeletion: 'material-not-deletable',
    pendingImport: 'material-not-deletable',
  },
  ReplicateKey: { replica: 'key-not-replicable' },
}

/** Roles that look only, as the core knows them. */
const READER = rightsOf(SYSTEM_ROLES['KMS CMKReadOnlyAccess'].statements)

/** `403 KMS.0307` and the like; `done` for a success. */
export function answerTo(kind: FaultKind | 'done'): string {
  if (kind === 'done') return kind
  const { status, code } = wireErrorOf(kind)
  return `${status} ${code}`
}

/** Who calls what, and for which key. */
export interface Cell {
  readonly id: OperationId
  readonly principal: Principal
  readonly state: RightsState
  /** Whether the grantee has its grant on the key: none is given on a key that was never usable. */
  readonly isGranted: boolean
}

/**
 * What is to be answered, by the documents: who may call, then what the row of the operation says of
 * states.
 */
export function expectedAnswer(cell: Cell): string {
  const row: OperationRow = OPERATIONS[cell.id]
  return answerTo(refusalOfCaller(row, cell) ?? outcomeOf(row, cell))
}

function refusalOfCaller(
  { access }: OperationRow,
  { id, principal, isGranted, state }: Cell,
): FaultKind | undefined {
  if (access.kind === 'anyone') return undefined
  const isKnown = !['owner', 'nobody', 'expired', 'revoked'].includes(principal)
  // It is found by its grant, which is nobody's here: who is not the owner does not learn of it.
  if (id === 'CancelSelfGrant' && isKnown) return 'grant-not-found'
  switch (principal) {
    case 'nobody':
      return 'credentials-missing'
    case 'expired':
      return 'token-expired'
    case 'revoked':
      return 'token-invalid'
    case 'owner':
      return undefined
    case 'reader':
      return access.kind === 'signedIn' || mayRead(access.permission)
        ? undefined
        : 'operation-forbidden'
    case 'other project':
    case 'other domain':
      return 'project-mismatch'
    case 'grantee':
      // A grant is of one key, and ends with it.
      return 'grant' in access && isGranted && state !== 'destroyed'
        ? undefined
        : 'project-mismatch'
    default:
      throw principal satisfies never
  }
}

function mayRead(action: string): boolean {
  const request = { action, resource: undefined, facts: {}, now: 0 as EpochMs }
  return judge(READER, request) === 'allow'
}

function outcomeOf(row: OperationRow, { id, state, principal }: Cell): FaultKind | 'done' {
  // A grant goes with its key, whatever project the path names; for owners a key is of one project.
  if (state === 'of another project' && principal === 'grantee') return 'done'
  const own = OWN_RULES[id]?.[state]
  if (own !== undefined) return own
  const refusal = REFUSED_IN[state]
  return refusal !== undefined && row.faults.includes(refusal) ? refusal : 'done'
}
