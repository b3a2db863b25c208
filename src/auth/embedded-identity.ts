import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../core/caller.ts'
import { Fault, fault } from '../core/fault.ts'
import type { AccessKeyId, ProjectId } from '../core/ids.ts'
import { NO_RIGHTS } from '../core/policy.ts'
import type { EpochMs } from '../core/time.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { unwrapRecord } from '../crypto/wrapped-record.ts'
import type { Change } from '../ports/change-feed.ts'
import type { Clock } from '../ports/clock.ts'
import type { IdentityStore, User } from '../ports/identity-store.ts'
import { parseAuthorization } from './authorization-header.ts'
import type { SignedRequest } from './canonical-request.ts'
import {
  type Authenticator,
  type IncomingCredentials,
  inPlace,
  type Place,
} from './identity-provider.ts'
import { RevokedTokens } from './revoked-tokens.ts'
import { rightsOfUser } from './rights-of-user.ts'
import { isSignatureValid, type SigningSecret, signingSecret } from './signature.ts'
import { isAmongRevoked, parseToken, type TokenClaims } from './token.ts'

/** Most callers and access keys that are remembered. */
const MAX_REMEMBERED = 20_000

/** What a text is told that is no token of ours. */
const FAULTS = { malformed: 'token-malformed', invalid: 'token-invalid' } as const

/** What the embedded identity works on. */
export interface EmbeddedIdentityOptions {
  readonly store: IdentityStore
  readonly root: RootKey
  /** Wall-clock time. */
  readonly clock: Clock
  /** Whether what is remembered may be used; otherwise it is made so first. */
  readonly changes: {
    readonly isCurrent: () => boolean
    readonly requireCurrent: () => Promise<void>
  }
}

interface KnownToken {
  readonly claims: TokenClaims
  readonly caller: Caller
}

interface KnownAccessKey {
  readonly user: User
  readonly secret: SigningSecret
}

/** Says who callers are by this server's own users, access keys and tokens. */
export class EmbeddedIdentity implements Authenticator {
  readonly #options: EmbeddedIdentityOptions
  /** By SHA-256 of the token: looking up a text letter by letter would tell how much of it is right. */
  readonly #tokens = new LRUCache<string, KnownToken>({ max: MAX_REMEMBERED })
  readonly #accessKeys = new LRUCache<string, KnownAccessKey>({ max: MAX_REMEMBERED })
  /** By access key and project. */
  readonly #signers = new LRUCache<string, Caller>({ max: MAX_REMEMBERED })
  readonly #revoked = new RevokedTokens()
  readonly #dummy = signingSecret('', SecretBytes.random(32))
  #changeCount = 0

  constructor(options: EmbeddedIdentityOptions) {
    this.#options = options
  }

  /** Learns which tokens were revoked; to be called before the first request. */
  async forgetAll(): Promise<void> {
    const { store } = this.#options
    this.#forgetCallers()
    // All that are kept: by a clock that runs ahead some would seem to have expired.
    for (const { tokenId } of await store.listRevokedTokens(0 as EpochMs))
      this.#revoked.add(tokenId)
  }

  problem(): undefined {
    return undefined
  }

  applyChange(change: Change): void {
    switch (change.kind) {
      case 'key':
      case 'keystore':
        return
      case 'token':
        this.#revoked.add(change.id)
        return
      case 'accessKey':
      case 'user':
      case 'policy':
      case 'project':
      case 'tenant':
        this.#forgetCallers()
        return
      default:
        throw change.kind satisfies never
    }
  }

  authenticate(credentials: IncomingCredentials): Caller | Promise<Caller> {
    const { token, signed } = credentials
    if (token === undefined && signed === undefined) throw fault('credentials-missing')
    return this.#options.changes.isCurrent()
      ? this.#identify(credentials)
      : this.#whenCurrent(credentials)
  }

  readonly revokedTokens = (): number => this.#revoked.size

  /** Whether a token was revoked before its time. */
  readonly isRevoked = (tokenId: string): boolean => this.#revoked.has(tokenId)

  #forgetCallers(): void {
    this.#changeCount++
    this.#tokens.clear()
    this.#accessKeys.clear()
    this.#signers.clear()
  }

  async #whenCurrent(credentials: IncomingCredentials): Promise<Caller> {
    // Not asked again: what was read since the request came is current, however long that took.
    await this.#options.changes.requireCurrent()
    return this.#identify(credentials)
  }

  #identify(credentials: IncomingCredentials): Caller | Promise<Caller> {
    const { token, signed } = credentials
    const place: Place = credentials
    if (token !== undefined) return this.#byToken(token, place)
    if (signed !== undefined) return this.#bySignature(signed, place)
    throw fault('credentials-missing')
  }

  #byToken(token: string, place: Place): Caller | Promise<Caller> {
    if (token === '') throw fault('token-malformed')
    const digest = hash('sha256', token, 'latin1')
    const known = this.#tokens.get(digest)
    if (known === undefined) return this.#learnToken(token, digest, place)
    return this.#checked(known, place)
  }

  async #learnToken(token: string, digest: string, place: Place): Promise<Caller> {
    const parsed = parseToken(this.#options.root, token)
    if (parsed.kind !== 'ok') throw fault(FAULTS[parsed.kind])
    const { claims } = parsed
    if (claims.expiresAt <= this.#options.clock.now()) throw fault('token-expired')
    const changesSeen = this.#changeCount
    const caller = await this.#callerOfToken(claims)
    const known = { claims, caller }
    if (changesSeen === this.#changeCount) this.#tokens.set(digest, known)
    return this.#checked(known, place)
  }

  #checked({ claims, caller }: KnownToken, place: Place): Caller {
    if (claims.expiresAt <= this.#options.clock.now()) throw fault('token-expired')
    if (isAmongRevoked(claims, this.isRevoked)) throw fault('token-invalid')
    return inPlace(caller, place)
  }

  async #callerOfToken(claims: TokenClaims): Promise<Caller> {
    const { store } = this.#options
    const user = await store.findUser(claims.userId)
    if (user?.enabled !== true || claims.issuedAt < user.tokensValidFrom) {
      throw fault('token-invalid')
    }
    const { tokenId, expiresAt, scope } = claims
    const projectId = scope.kind === 'project' ? scope.projectId : undefined
    const caller = await this.#callerOf(user, projectId, { kind: 'token', tokenId, expiresAt })
    return scope.kind === 'none' ? { ...caller, rights: NO_RIGHTS } : caller
  }

  #bySignature(request: SignedRequest, place: Place): Caller | Promise<Caller> {
    const authorization = parseAuthorization(request.headers['authorization'] ?? '')
    if (authorization === undefined) throw fault('authorization-malformed')
    const { accessKeyId } = authorization
    const known = this.#accessKeys.get(accessKeyId)
    const verify = (accessKey: KnownAccessKey | undefined): Caller | undefined => {
      const secret = accessKey?.secret ?? this.#dummy
      const now = this.#options.clock.now()
      const isValid = isSignatureValid(request, authorization, secret, now)
      // We give out no temporary access keys, so none can bear a security token.
      const isPermanent = request.headers['x-security-token'] === undefined
      if (accessKey === undefined || !isValid || !isPermanent) throw fault('signature-invalid')
      return this.#signers.get(signerName(accessKeyId, place))
    }
    const signer = known && verify(known)
    if (signer !== undefined) return signer
    return this.#learnSigner(accessKeyId as AccessKeyId, known, verify, place)
  }

  async #learnSigner(
    accessKeyId: AccessKeyId,
    known: KnownAccessKey | undefined,
    verify: (accessKey: KnownAccessKey | undefined) => Caller | undefined,
    place: Place,
  ): Promise<Caller> {
    const changesSeen = this.#changeCount
    let accessKey = known
    if (accessKey === undefined) {
      accessKey = await this.#loadAccessKey(accessKeyId)
      const signer = verify(accessKey)
      if (signer !== undefined) return signer
    }
    if (accessKey === undefined) throw fault('signature-invalid')
    const caller = await this.#callerInPlace(accessKey.user, place, {
      kind: 'signature',
      accessKeyId,
    })
    if (changesSeen === this.#changeCount) {
      this.#accessKeys.set(accessKeyId, accessKey)
      this.#signers.set(signerName(accessKeyId, place), caller)
    }
    return caller
  }

  async #loadAccessKey(id: AccessKeyId): Promise<KnownAccessKey | undefined> {
    const { store, root } = this.#options
    const stored = await store.findAccessKey(id)
    if (stored?.enabled !== true) return undefined
    const user = await store.findUser(stored.userId)
    if (user?.enabled !== true) return undefined
    const secret = unwrapRecord(
      root,
      { kind: 'accessKeySecret', accessKeyId: id, userId: user.id },
      stored.wrappedSecret,
    )
    if (secret === undefined) {
      throw fault('storage-failed', {}, new Error(`the secret of access key ${id} does not unwrap`))
    }
    return { user, secret: signingSecret(id, secret) }
  }

  /** A signer acts in the project of the path, or as a guest there without a project of its own. */
  async #callerInPlace(
    user: User,
    { projectId, mayBeGuest }: Place,
    credential: Caller['credential'],
  ): Promise<Caller> {
    try {
      return await this.#callerOf(user, projectId, credential)
    } catch (error) {
      const isStranger = error instanceof Fault && error.kind === 'project-mismatch'
      if (!isStranger || !mayBeGuest || projectId === undefined) throw error
      const caller = await this.#callerOf(user, undefined, credential)
      return { ...caller, guestIn: projectId }
    }
  }

  async #callerOf(
    user: User,
    projectId: ProjectId | undefined,
    credential: Caller['credential'],
  ): Promise<Caller> {
    const { store } = this.#options
    const tenant = await store.findTenant(user.tenantId)
    if (tenant === undefined) throw new Error(`user ${user.id} without a tenant`)
    const project = projectId === undefined ? undefined : await store.findProject(projectId)
    const { roles, rights } = await rightsOfUser(store, user, projectId)
    if (projectId !== undefined && (project?.tenantId !== user.tenantId || roles.length === 0)) {
      throw fault('project-mismatch')
    }
    return {
      userId: user.id,
      userName: user.name,
      tenantId: tenant.id,
      tenantName: tenant.name,
      project: project && { id: project.id, name: project.name },
      rights,
      credential,
    }
  }
}

/** A name under which a signer is remembered: a guest is not who it is elsewhere. */
function signerName(accessKeyId: string, { projectId, mayBeGuest }: Place): string {
  return `${accessKeyId}/${projectId ?? ''}${mayBeGuest ? '/guest' : ''}`
}
