import type { KeyId, ProjectId, TenantId } from '../src/core/ids.ts'
import type { Key } from '../src/core/key.ts'
import { newKey } from '../src/core/new-key.ts'
import type { EpochMs } from '../src/core/time.ts'

/** When the keys of these tests were made. */
export const MADE_AT = Date.parse('2026-01-01T00:00:00Z') as EpochMs

/** A key for tests: enabled, AES_256, made at {@link MADE_AT}, changed as told. */
export function aKey(changes: Partial<Key> = {}): Key {
  const key = newKey(
    {
      id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' as KeyId,
      projectId: 'p1' as ProjectId,
      tenantId: 't1' as TenantId,
      alias: 'a',
      description: '',
      spec: 'AES_256',
      usage: undefined,
      origin: 'kms',
      enterpriseProjectId: '0',
      keystoreId: '0',
    },
    MADE_AT,
  )
  return { ...key, ...changes }
}
