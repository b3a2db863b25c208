import type { Statement } from './policy.ts'

/**
 * Roles that exist everywhere and that nobody can change.
 * Source: DEW user guide, "Permissions management", table of system policies.
 */
export const SYSTEM_ROLES = {
  'KMS Administrator': {
    summary: 'Everything, also the running of this server',
    statements: [allow('kms:*', 'keyturn:*')],
  },
  'KMS CMKFullAccess': {
    summary: 'Everything about keys and data keys',
    statements: [
      allow(
        'kms:cmk:*',
        'kms:dek:*',
        'kms:grant:*',
        'kms:cmkTag:*',
        'kms:alias:*',
        'kms:keyPolicy:*',
        'kms:accessPoint:*',
        'kms:keystore:*',
      ),
    ],
  },
  'KMS CMKReadOnlyAccess': {
    summary: 'Look at keys, without using them',
    statements: [
      allow(
        'kms:cmk:get*',
        'kms:cmk:list*',
        'kms:grant:list*',
        'kms:cmkTag:list*',
        'kms:alias:list*',
        'kms:keyPolicy:get*',
        'kms:keyPolicy:list*',
        'kms:accessPoint:list*',
        'kms:keystore:get*',
        'kms:keystore:list*',
      ),
      deny('kms:cmk:getMaterial'),
    ],
  },
} as const satisfies Record<string, SystemRole>

interface SystemRole {
  readonly summary: string
  readonly statements: readonly Statement[]
}

/** Name of a system role. */
export type SystemRoleName = keyof typeof SYSTEM_ROLES

/** `name` as the name of a system role, or undefined. */
export function parseSystemRole(name: string): SystemRoleName | undefined {
  return Object.hasOwn(SYSTEM_ROLES, name) ? (name as SystemRoleName) : undefined
}

function allow(...actions: readonly string[]): Statement {
  return { effect: 'allow', actions, resources: [], conditions: [] }
}

function deny(...actions: readonly string[]): Statement {
  return { effect: 'deny', actions, resources: [], conditions: [] }
}
