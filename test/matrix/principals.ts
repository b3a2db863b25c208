import { join } from 'node:path'
import { issueToken, type TokenScope } from '../../src/auth/token.ts'
import type { ProjectId, TenantId, UserId } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { randomHex } from '../../src/crypto/random.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import type { TestServer } from '../server.ts'

/** Everybody who calls, in the order of the columns. */
export const PRINCIPALS = [
  /** Administrator of the project. */
  'owner',
  /** Has the read-only role there. */
  'reader',
  /** Of another domain, with a grant of everything that can be granted on the key. */
  'grantee',
  /** Administrator of another project of the domain, with the owner's project in the path. */
  'other project',
  /** Administrator of another domain, with the owner's project in the path. */
  'other domain',
  /** No credentials. */
  'nobody',
  'expired',
  'revoked',
] as const

/** Name of a principal. */
export type Principal = (typeof PRINCIPALS)[number]

/** The tokens of all principals; undefined for nobody. */
export interface Cast {
  readonly tokens: Readonly<Record<Principal, string | null>>
  readonly granteeId: UserId
  /** The project of `other project`. */
  readonly otherProjectId: ProjectId
}

/** Makes everybody, with a token each. */
export async function makeCast(server: TestServer): Promise<Cast> {
  const { credentials, running } = server
  const store = running.storage.identity
  const root = await fileSeal({ path: join(server.directory, 'root.key') }).open()
  const tenantId = credentials.domain_id as TenantId
  const ownProject = credentials.project_id as ProjectId

  const token = (userId: UserId, tenant: TenantId, scope: TokenScope, ageMs = 0): string => {
    const issuedAt = (Date.now() - ageMs) as EpochMs
    const expiresAt = (issuedAt + 60 * 60 * 1000) as EpochMs
    const claims = { lineage: [], userId, tenantId: tenant, scope, methods: ['password'] }
    return issueToken(root, { ...claims, issuedAt, expiresAt }).token
  }
  const person = async (name: string, tenant: TenantId, project: ProjectId, role: string) => {
    const id = randomHex(16) as UserId
    await store.insertUser({
      id,
      tenantId: tenant,
      name,
      passwordHash: undefined,
      enabled: true,
      defaultProjectId: project,
      tokensValidFrom: 0 as EpochMs,
    })
    await store.insertAssignment({ userId: id, projectId: project, role })
    return { id, token: token(id, tenant, { kind: 'project', projectId: project }) }
  }
  const place = async (name: string, tenant: TenantId) => {
    const id = randomHex(16) as ProjectId
    await store.insertProject({ id, tenantId: tenant, name })
    return id
  }

  const foreign = { id: randomHex(16) as TenantId, name: 'foreign' }
  await store.insertTenant(foreign)
  const secondProject = await place('second', tenantId)
  const foreignProject = await place('abroad', foreign.id)
  const admin = 'KMS Administrator'
  const reader = await person('reader', tenantId, ownProject, 'KMS CMKReadOnlyAccess')
  const neighbour = await person('neighbour', tenantId, secondProject, admin)
  const stranger = await person('stranger', foreign.id, foreignProject, admin)
  // Without a role that could let it use keys: what it may do comes from grants alone.
  const grantee = await person('grantee', foreign.id, foreignProject, 'no such policy')
  const owner = credentials.user_id as UserId
  const scope = { kind: 'project', projectId: ownProject } as const
  const revoked = token(owner, tenantId, scope)
  const gone = await server.send('DELETE', '/v3/auth/tokens', {
    headers: { 'X-Subject-Token': revoked },
  })
  if (gone.status !== 204) throw new Error(`revoking: ${gone.status}`)
  return {
    granteeId: grantee.id,
    otherProjectId: secondProject,
    tokens: {
      owner: server.token,
      reader: reader.token,
      grantee: grantee.token,
      'other project': neighbour.token,
      'other domain': stranger.token,
      nobody: null,
      expired: token(owner, tenantId, scope, 2 * 60 * 60 * 1000),
      revoked,
    },
  }
}
