import { fault } from './fault.ts'
import { FIRST_VERSION, type KeyId, type ProjectId, type TenantId } from './ids.ts'
import type { Key, KeyOrigin } from './key.ts'
import { type KeySpec, type KeyUsage, specOf } from './key-specs.ts'
import type { EpochMs } from './time.ts'

/** What somebody asks for who wants a key. */
export interface NewKey {
  readonly id: KeyId
  readonly projectId: ProjectId
  readonly tenantId: TenantId
  readonly alias: string
  readonly description: string
  readonly spec: KeySpec
  /** Undefined: what the spec is mostly used for. */
  readonly usage: KeyUsage | undefined
  readonly origin: KeyOrigin
  readonly enterpriseProjectId: string
  readonly keystoreId: string
}

/** End of the aliases of default keys, which no caller may give. */
export const DEFAULT_ALIAS_SUFFIX = '/default'

/**
 * A key as it begins: enabled with its first version, or waiting for the import of its material.
 *
 * @throws {Fault} `alias-invalid`; `field-invalid` for a usage or an origin that the spec does not have
 */
export function newKey(wanted: NewKey, now: EpochMs): Key {
  requireFreeAlias(wanted.alias)
  const spec = specOf(wanted.spec)
  const usage = wanted.usage ?? spec.defaultUsage
  if (!spec.usages.includes(usage)) throw fault('field-invalid', { name: 'key_usage' })
  const isMadeHere = wanted.origin === 'kms'
  if (!isMadeHere && !spec.importable) throw fault('field-invalid', { name: 'origin' })
  return {
    ...wanted,
    usage,
    isDefault: false,
    state: isMadeHere ? { kind: 'enabled' } : { kind: 'pendingImport' },
    createdAt: now,
    primaryVersion: isMadeHere ? FIRST_VERSION : undefined,
    schedule: { kind: 'off' },
    rotationCount: 0,
    lastRotationAt: undefined,
    materialExpiresAt: undefined,
    regional: { kind: 'single' },
  }
}

/** A key that the service makes by itself for another service of the project. */
export function newDefaultKey(wanted: Omit<NewKey, 'alias'>, service: string, now: EpochMs): Key {
  const key = newKey({ ...wanted, alias: service }, now)
  return { ...key, alias: `${service}${DEFAULT_ALIAS_SUFFIX}`, isDefault: true }
}

/**
 * Passes an alias that a caller may give.
 *
 * @throws {Fault} `alias-invalid` for one that only a default key has
 */
export function requireFreeAlias(alias: string): string {
  if (alias.endsWith(DEFAULT_ALIAS_SUFFIX)) throw fault('alias-invalid')
  return alias
}
