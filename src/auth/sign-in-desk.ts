import { hash } from 'node:crypto'
import { fault } from '../core/fault.ts'
import type { AccessKeyId, ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { equalInConstantTime } from '../crypto/digest.ts'
import { verifyPassword } from '../crypto/password.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { unwrapRecord } from '../crypto/wrapped-record.ts'
import type { Clock } from '../ports/clock.ts'
import type { IdentityStore, Project, Tenant, User } from '../ports/identity-store.ts'
import type {
  Reference,
  SignInDesk,
  SignInMethod,
  SignInScope,
  TokenFacts,
} from '../ports/sign-in-desk.ts'
import { rightsOfUser } from './rights-of-user.ts'
import { SharedSlots } from './shared-slots.ts'
import { SignInThrottle } from './sign-in-throttle.ts'
import {
  isAmongRevoked,
  issueToken,
  MAX_LINEAGE,
  parseToken,
  TOKEN_LIFETIME_MS,
  type TokenClaims,
  type TokenScope,
} from './token.ts'
import { Turnstile } from './turnstile.ts'

/**
 * Most passwords that are hashed at a time, of all threads together: each takes memory and one of the few threads
 * of the process that the disk needs too.
 * Who waits is judged by the failures of those before, so guessing many at once gains nothing.
 */
export const MAX_HASHING = 2
/** Of each thread; a few of them hold tickets of the node, so that no thread's line keeps out another's. */
const MAX_WAITING = 1000

/** What the desk works on. */
export interface DeskOptions {
  readonly store: IdentityStore
  readonly root: RootKey
  /** Wall-clock time. */
  readonly clock: Clock
  readonly isRevoked: (tokenId: string) => boolean
  /** Makes sure that {@link isRevoked} knows of every token that was revoked before. */
  readonly requireCurrent: () => Promise<void>
  /** Failures that all threads count together, as `newSignInFailures` made them. */
  readonly failures: SharedArrayBuffer
  /** Turns at hashing, of all threads together, as `newSlots` made them. */
  readonly hashing: SharedArrayBuffer
}

/** Who somebody is, proved by one of the methods. */
interface Proof {
  readonly user: User
  /** A token that is made from another lives no longer than that one, and is for its scope first. */
  readonly from: TokenClaims | undefined
}

/** The sign-in desk of the embedded identity. */
export function embeddedDesk(options: DeskOptions): SignInDesk {
  const { store, root, clock } = options
  const throttle = new SignInThrottle(options.failures)
  const turnstile = new Turnstile(MAX_HASHING, MAX_WAITING)
  const slots = new SharedSlots(MAX_HASHING, options.hashing)

  async function signIn(method: SignInMethod, scope: SignInScope, source: string) {
    const account = accountOf(method)
    throttle.check(account, source)
    const attempt = () => proveOnce(method, account, source)
    const isSlow = method.kind === 'password'
    const { user, from } = await (isSlow ? turnstile.pass(() => slots.pass(attempt)) : attempt())
    const issuedAt = clock.now()
    const expiresAt = from?.expiresAt ?? ((issuedAt + TOKEN_LIFETIME_MS) as EpochMs)
    const lineage = from === undefined ? [] : [...from.lineage, from.tokenId]
    if (lineage.length > MAX_LINEAGE) throw fault('sign-in-failed')
    const { token, claims } = issueToken(root, {
      lineage,
      userId: user.id,
      tenantId: user.tenantId,
      scope: await resolveScope(user, scope, from),
      methods: [method.kind === 'accessKey' ? 'hw_ak_sk' : method.kind],
      issuedAt,
      expiresAt,
    })
    return { token, facts: await factsOf(claims, user) }
  }

  async function proveOnce(method: SignInMethod, account: string, source: string): Promise<Proof> {
    throttle.check(account, source)
    const proof = await prove(method)
    if (proof === undefined) {
      throttle.fail(account, source)
      throw fault('sign-in-failed')
    }
    throttle.succeed(account, source)
    return proof
  }

  async function prove(method: SignInMethod): Promise<Proof | undefined> {
    switch (method.kind) {
      case 'password': {
        const user = await findUser(method.user)
        const isRight = await verifyPassword(user?.passwordHash, method.password)
        return user?.enabled === true && isRight ? { user, from: undefined } : undefined
      }
      case 'token': {
        const claims = await validClaims(method.token)
        const user = claims && (await store.findUser(claims.userId))
        return user && { user, from: claims }
      }
      case 'accessKey': {
        const user = await userOfAccessKey(method.accessKeyId as AccessKeyId, method.secret)
        return user && { user, from: undefined }
      }
      default:
        throw method satisfies never
    }
  }

  async function findUser(
    reference: Reference & { readonly tenant?: Reference | undefined },
  ): Promise<User | undefined> {
    if (reference.id !== undefined) return store.findUser(reference.id as UserId)
    if (reference.name === undefined) return undefined
    const tenant = await findTenant(reference.tenant)
    return tenant && store.findUserByName(tenant.id, reference.name)
  }

  /** The tenant that is named; the only one there is, when none is. */
  async function findTenant(reference: Reference | undefined): Promise<Tenant | undefined> {
    if (reference?.id !== undefined) return store.findTenant(reference.id as TenantId)
    if (reference?.name !== undefined) return store.findTenantByName(reference.name)
    const tenants = await store.listTenants(2)
    return tenants.length === 1 ? tenants[0] : undefined
  }

  async function userOfAccessKey(id: AccessKeyId, secret: SecretBytes): Promise<User | undefined> {
    const stored = await store.findAccessKey(id)
    const user = stored && (await store.findUser(stored.userId))
    const known =
      stored && user
        ? unwrapRecord(
            root,
            { kind: 'accessKeySecret', accessKeyId: id, userId: user.id },
            stored.wrappedSecret,
          )
        : SecretBytes.random(40)
    if (known === undefined) throw new Error(`the secret of access key ${id} does not unwrap`)
    const digest = (bytes: Uint8Array) => hash('sha256', bytes, 'buffer')
    const isRight = equalInConstantTime(known.lend(digest), secret.lend(digest))
    known.wipe()
    return stored?.enabled === true && user?.enabled === true && isRight ? user : undefined
  }

  async function resolveScope(
    user: User,
    scope: SignInScope,
    from: TokenClaims | undefined,
  ): Promise<TokenScope> {
    switch (scope.kind) {
      case 'project': {
        const project = await findProject(user, scope)
        if (project === undefined || (await rolesIn(user, project.id)).length === 0) {
          throw fault('sign-in-failed')
        }
        return { kind: 'project', projectId: project.id }
      }
      case 'tenant': {
        const tenant = await findTenant(scope.tenant)
        if (tenant?.id !== user.tenantId) throw fault('sign-in-failed')
        return { kind: 'tenant' }
      }
      case 'default': {
        if (from !== undefined) return from.scope
        const projectId = user.defaultProjectId
        if (projectId === undefined || (await rolesIn(user, projectId)).length === 0) {
          return { kind: 'none' }
        }
        return { kind: 'project', projectId }
      }
      default:
        throw scope satisfies never
    }
  }

  async function findProject(
    user: User,
    { project: { id, name }, tenant }: Extract<SignInScope, { readonly kind: 'project' }>,
  ): Promise<Project | undefined> {
    if (tenant !== undefined && (await findTenant(tenant))?.id !== user.tenantId) return undefined
    const projects =
      id === undefined
        ? await store.findProjectsByName(name ?? '')
        : [await store.findProject(id as ProjectId)]
    return projects.find((project) => project?.tenantId === user.tenantId)
  }

  async function rolesIn(user: User, projectId: ProjectId | undefined): Promise<readonly string[]> {
    return (await rightsOfUser(store, user, projectId)).roles
  }

  async function validClaims(token: string): Promise<TokenClaims | undefined> {
    const parsed = parseToken(root, token)
    if (parsed.kind !== 'ok') return undefined
    const { claims } = parsed
    await options.requireCurrent()
    if (claims.expiresAt <= clock.now() || isAmongRevoked(claims, options.isRevoked)) {
      return undefined
    }
    const user = await store.findUser(claims.userId)
    const isLive = user?.enabled === true && claims.issuedAt >= user.tokensValidFrom
    return isLive ? claims : undefined
  }

  async function factsOf(claims: TokenClaims, user: User): Promise<TokenFacts> {
    const { tokenId, methods, issuedAt, expiresAt, scope } = claims
    const projectId = scope.kind === 'project' ? scope.projectId : undefined
    const tenant = await store.findTenant(user.tenantId)
    if (tenant === undefined) throw new Error(`user ${user.id} without a tenant`)
    return {
      tokenId,
      methods,
      issuedAt,
      expiresAt,
      user,
      tenant,
      project: projectId === undefined ? undefined : await store.findProject(projectId),
      isTenantWide: scope.kind === 'tenant',
      roles: scope.kind === 'none' ? [] : await rolesIn(user, projectId),
    }
  }

  return {
    signIn,
    async inspect(token) {
      const claims = await validClaims(token)
      const user = claims && (await store.findUser(claims.userId))
      return claims && user && factsOf(claims, user)
    },
    async revoke(token) {
      const claims = await validClaims(token)
      if (claims === undefined) return false
      await store.revokeToken({ tokenId: claims.tokenId, expiresAt: claims.expiresAt })
      return true
    },
  }
}

/** By what failures are counted: the account as it was named, whether it exists or not. */
function accountOf(method: SignInMethod): string {
  switch (method.kind) {
    case 'password': {
      const { id, name, tenant } = method.user
      return JSON.stringify([id, name, tenant?.id, tenant?.name])
    }
    case 'token':
      return 'token'
    case 'accessKey':
      return method.accessKeyId
    default:
      throw method satisfies never
  }
}
