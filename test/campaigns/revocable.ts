import { issueToken } from '../../src/auth/token.ts'
import type { ProjectId, TenantId, UserId } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { randomHex } from '../../src/crypto/random.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import type { Storage } from '../../src/ports/storage.ts'
import type { Credentials, Json } from '../server.ts'
import type { CallLine } from './call-line.ts'
import type { Target } from './hammer.ts'

/** What can be taken away. */
export const REVOCABLES = ['key', 'grant', 'token'] as const
export type RevocableName = (typeof REVOCABLES)[number]

/** A right that is given, used, and taken away. */
export interface Revocable {
  readonly name: RevocableName
  /** Code of who comes too late. */
  readonly refusal: string
  /** Gives the right, over a line to some node; answers how it is used. */
  readonly give: (line: CallLine) => Promise<Target>
  /** Takes it away. Fulfilled by the answer, with its time by `performance.now()`. */
  readonly take: (line: CallLine) => Promise<number>
}

const TOKEN_LIFE_MS = 60 * 60 * 1000

/** What rights are given in. */
export interface RevocableWorld {
  readonly storage: Storage
  readonly root: RootKey
  readonly credentials: Credentials
  readonly adminToken: string
}

/** Makes a right of that name. `line` is one to any node. */
export async function makeRevocable(
  name: RevocableName,
  world: RevocableWorld,
  line: CallLine,
): Promise<Revocable> {
  const { credentials, adminToken } = world
  const projectId = credentials.project_id
  async function kms(on: CallLine, operation: string, body: unknown): Promise<[Json, number]> {
    const path = `/v1.0/${projectId}/kms/${operation}`
    const answer = await on.call({ path, token: adminToken, body })
    if (answer.status !== 200) {
      throw new Error(`${operation}: ${answer.status} ${answer.code} ${answer.failure ?? ''}`)
    }
    return [answer.body, answer.doneAtMs]
  }
  const [made] = await kms(line, 'create-key', { key_alias: `revoked-${name}` })
  const keyId: string = made.key_info.key_id
  const key = { key_id: keyId }
  const administrator = credentials.user_id as UserId

  if (name === 'key') {
    let isDisabled = false
    return {
      name,
      refusal: 'KMS.0209',
      async give(on) {
        if (isDisabled) await kms(on, 'enable-key', key)
        isDisabled = false
        return { token: adminToken, keyId }
      },
      async take(on) {
        isDisabled = true
        return (await kms(on, 'disable-key', key))[1]
      },
    }
  }
  if (name === 'grant') {
    const grantee = await strangerTo(world)
    const token = tokenOf(world, grantee)
    let grantId = ''
    return {
      name,
      refusal: 'KMS.0307',
      async give(on) {
        const operations = ['encrypt-data']
        const [grant] = await kms(on, 'create-grant', {
          ...key,
          grantee_principal: grantee,
          operations,
        })
        grantId = grant.grant_id
        return { token, keyId }
      },
      take: async (on) => (await kms(on, 'revoke-grant', { ...key, grant_id: grantId }))[1],
    }
  }
  let token = ''
  return {
    name,
    refusal: 'KMS.0302',
    async give() {
      token = tokenOf(world, administrator)
      return { token, keyId }
    },
    async take(on) {
      const headers = { 'X-Subject-Token': token }
      const path = '/v3/auth/tokens'
      const answer = await on.call({ method: 'DELETE', path, token: adminToken, headers })
      if (answer.status !== 204) throw new Error(`revoking a token: ${answer.status}`)
      return answer.doneAtMs
    },
  }
}

/** A user of the first domain without any right. */
export async function strangerTo({
  storage,
  credentials,
}: Pick<RevocableWorld, 'storage' | 'credentials'>): Promise<UserId> {
  const id = randomHex(16) as UserId
  await storage.identity.insertUser({
    id,
    tenantId: credentials.domain_id as TenantId,
    name: `grantee-${id.slice(0, 6)}`,
    passwordHash: undefined,
    enabled: true,
    defaultProjectId: credentials.project_id as ProjectId,
    tokensValidFrom: 0 as EpochMs,
  })
  // Without a role nobody has a token for a project; this one lets do nothing.
  await storage.identity.insertAssignment({ userId: id, projectId: undefined, role: 'none' })
  return id
}

/** A token as a sign-in issues it, without its password hash, which takes long on purpose. */
export function tokenOf(
  { root, credentials }: Pick<RevocableWorld, 'root' | 'credentials'>,
  userId: UserId,
): string {
  const issuedAt = Date.now() as EpochMs
  return issueToken(root, {
    userId,
    tenantId: credentials.domain_id as TenantId,
    scope: { kind: 'project', projectId: credentials.project_id as ProjectId },
    methods: ['password'],
    lineage: [],
    issuedAt,
    expiresAt: (issuedAt + TOKEN_LIFE_MS) as EpochMs,
  }).token
}
