import { createHmac, hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SignedRequest } from '../../src/auth/canonical-request.ts'
import { canonicalRequests } from '../../src/auth/canonical-request.ts'
import { EmbeddedIdentity } from '../../src/auth/embedded-identity.ts'
import { stringToSign } from '../../src/auth/signature.ts'
import type { AccessKeyId, ProjectId, TenantId, UserId } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { hashPassword } from '../../src/crypto/password.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { wrapRecord } from '../../src/crypto/wrapped-record.ts'
import type { User } from '../../src/ports/identity-store.ts'
import { openSqlite } from '../../src/storage/sqlite.ts'

/** The tenant, projects and users of a test's world. */
export const TENANT = { id: 'tenant-1' as TenantId, name: 'acme' }
export const OTHER_TENANT = { id: 'tenant-2' as TenantId, name: 'other' }
export const PROJECT = { id: 'p'.repeat(32) as ProjectId, tenantId: TENANT.id, name: 'eu-test' }
export const PROJECT_2 = { id: 'q'.repeat(32) as ProjectId, tenantId: TENANT.id, name: 'eu-two' }
export const OTHER_PROJECT = {
  id: 'r'.repeat(32) as ProjectId,
  tenantId: OTHER_TENANT.id,
  name: 'eu-test',
}
/** Has `KMS CMKFullAccess` in {@link PROJECT}, its default project, and nothing elsewhere. */
export const ANNA: User = {
  id: 'user-anna' as UserId,
  tenantId: TENANT.id,
  name: 'anna',
  passwordHash: undefined,
  enabled: true,
  defaultProjectId: PROJECT.id,
  tokensValidFrom: 0 as EpochMs,
}
export const ANNA_KEY = 'AKANNA1' as AccessKeyId
export const ANNA_SECRET = 'an-invented-secret-of-anna-0000000000001'
export const ANNA_PASSWORD = 'an invented password of anna'
const START = Date.parse('2026-01-15T08:30:00Z') as EpochMs

/** A store, who says who callers are by it, and a clock to turn. */
export type EmbeddedWorld = Awaited<ReturnType<typeof embeddedWorld>>

/** A fresh world in a SQLite file of its own. `close` removes it. */
export async function embeddedWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-auth-'))
  const storage = await openSqlite({ file: join(folder, 'test.sqlite') })
  const root = rootKeyFrom(SecretBytes.random(32))
  const store = storage.identity
  let now = START
  let isCurrent = true
  let position = 0
  const clock = { now: () => now }
  const passwordHash = await hashPassword(new SecretBytes(Buffer.from(ANNA_PASSWORD)))
  const anna = { ...ANNA, passwordHash }
  for (const tenant of [TENANT, OTHER_TENANT]) await store.insertTenant(tenant)
  for (const project of [PROJECT, PROJECT_2, OTHER_PROJECT]) await store.insertProject(project)
  await store.insertUser(anna)
  await store.insertAssignment({
    userId: ANNA.id,
    projectId: PROJECT.id,
    role: 'KMS CMKFullAccess',
  })
  const addAccessKey = (id: AccessKeyId, userId: UserId, secret: string, enabled = true) =>
    store.insertAccessKey({
      id,
      userId,
      enabled,
      createdAt: now,
      wrappedSecret: wrapRecord(
        root,
        { kind: 'accessKeySecret', accessKeyId: id, userId },
        new SecretBytes(Buffer.from(secret)),
      ),
    })
  await addAccessKey(ANNA_KEY, ANNA.id, ANNA_SECRET)
  const identity = new EmbeddedIdentity({
    store,
    root,
    clock,
    changes: { isCurrent: () => isCurrent, requireCurrent: () => catchUp() },
  })
  await identity.forgetAll()

  /** Tells the identity what changed, as the change follower does. */
  async function catchUp(): Promise<void> {
    for (const change of await storage.changes.since(position, 1000)) {
      position = change.number
      identity.applyChange(change)
    }
    isCurrent = true
  }
  await catchUp()

  return {
    store,
    root,
    clock,
    identity,
    anna,
    addAccessKey,
    catchUp,
    /** Moves the clock on. */
    pass: (ms: number) => {
      now = (now + ms) as EpochMs
    },
    /** Makes caches unusable until the change log is read. */
    goStale: () => {
      isCurrent = false
    },
    close: async () => {
      await storage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A request signed at `now` in the plain form. */
export function signRequest(
  now: EpochMs,
  accessKeyId: string,
  secret: string,
  moreHeaders: Readonly<Record<string, string>> = {},
): SignedRequest {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const headers = { host: 'localhost', 'x-sdk-date': date, ...moreHeaders }
  const request = {
    method: 'POST',
    rawUrl: `/v1.0/${PROJECT.id}/kms/list-keys`,
    headers,
    body: Buffer.from('{}'),
  }
  const names = ['host', 'x-sdk-date']
  const [canonical = ''] = canonicalRequests(request, names, false)
  const signature = createHmac('sha256', secret)
    .update(stringToSign({ kind: 'sdk' }, date, hash('sha256', canonical)))
    .digest('hex')
  const authorization = `SDK-HMAC-SHA256 Access=${accessKeyId}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...request, headers: { ...headers, authorization } }
}
