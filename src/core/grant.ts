import type { Caller } from './caller.ts'
import { fault } from './fault.ts'
import type { KeyId, ProjectId, UserId } from './ids.ts'
import type { EpochMs } from './time.ts'

/**
 * What a grant can let somebody do.
 * Source: KMS API reference, "Creating a grant", parameter `operations`.
 */
export const GRANT_OPERATIONS = [
  'create-datakey',
  'create-datakey-without-plaintext',
  'encrypt-datakey',
  'decrypt-datakey',
  'describe-key',
  'create-grant',
  'retire-grant',
  'encrypt-data',
  'decrypt-data',
  'sign',
  'verify',
  'generate-mac',
  'verify-mac',
  'get-public-key',
] as const

/** Name of something that a grant can let somebody do. */
export type GrantOperation = (typeof GRANT_OPERATIONS)[number]

/** What a grantee is. */
export type GranteeKind = 'user' | 'domain'

/** A right handed to one grantee on one key. */
export interface Grant {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly keyId: KeyId
  /** The project of the key. */
  readonly projectId: ProjectId
  readonly name: string | undefined
  /** Id of a user, or of a tenant. */
  readonly grantee: string
  readonly granteeKind: GranteeKind
  readonly operations: readonly GrantOperation[]
  /** Who may give the grant up, besides a grantee with `retire-grant`. */
  readonly retiring: string | undefined
  readonly issuing: UserId
  readonly createdAt: EpochMs
}

/** Those of a key's grants that are the caller's. */
export function grantsFor(grants: readonly Grant[], caller: Caller): readonly Grant[] {
  return grants.filter(({ granteeKind, grantee }) =>
    granteeKind === 'user' ? grantee === caller.userId : grantee === caller.tenantId,
  )
}

/** Whether one of a key's grants lets the caller do `operation`. */
export function isGranted(
  grants: readonly Grant[],
  caller: Caller,
  operation: GrantOperation,
): boolean {
  return grantsFor(grants, caller).some(({ operations }) => operations.includes(operation))
}

/**
 * Passes the operations that a grant may have.
 *
 * @param own What the caller may pass on; undefined for the owner of the key, who may pass on all.
 * @throws {Fault} `grant-operations-invalid`, `operation-forbidden`
 */
export function requireGrantable(
  operations: readonly GrantOperation[],
  own: readonly Grant[] | undefined,
): readonly GrantOperation[] {
  const unique = GRANT_OPERATIONS.filter((name) => operations.includes(name))
  if (unique.length === 0 || (unique.length === 1 && unique[0] === 'create-grant')) {
    throw fault('grant-operations-invalid')
  }
  if (own !== undefined) {
    const has = new Set(own.flatMap((grant) => grant.operations))
    const isMore = unique.some((name) => !has.has(name))
    if (isMore) throw fault('operation-forbidden', { permission: 'kms:grant:create' })
  }
  return unique
}

/** Whether the caller may give the grant up: the retiring principal, or a grantee with that right. */
export function mayRetire(grant: Grant, caller: Caller): boolean {
  const isRetiring = grant.retiring === caller.userId || grant.retiring === caller.tenantId
  return isRetiring || isGranted([grant], caller, 'retire-grant')
}
