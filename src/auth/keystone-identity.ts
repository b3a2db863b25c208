import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../core/caller.ts'
import { fault } from '../core/fault.ts'
import { rightsOf, type Statement } from '../core/policy.ts'
import { parseSystemRole, SYSTEM_ROLES, type SystemRoleName } from '../core/system-roles.ts'
import type { EpochMs } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import { traced, traceHeaders } from '../ports/trace.ts'
import {
  type Authenticator,
  type IncomingCredentials,
  inPlace,
  type Place,
} from './identity-provider.ts'
import { type KeystoneToken, parseKeystoneToken } from './keystone-token.ts'
import { readAnswer } from './read-answer.ts'
import { Turnstile } from './turnstile.ts'

/** Longest time for which an answer of the identity service is believed. */
export const MAX_CACHE_MS = 5 * 60 * 1000
/** How long a refusal is believed: long enough to bear a client that tries in a loop. */
const REFUSAL_CACHE_MS = 1000
const MAX_REMEMBERED = 20_000
/** Most questions that are asked at a time; who comes later waits, within its own time limit. */
const MAX_CONCURRENT = 64
const MAX_WAITING = 10_000

/** What Keystone's own roles are here, unless settings say otherwise. */
export const DEFAULT_ROLE_MAP: Readonly<Record<string, SystemRoleName>> = {
  admin: 'KMS Administrator',
  member: 'KMS CMKFullAccess',
  reader: 'KMS CMKReadOnlyAccess',
}

/** Where the identity service is, and how far it is believed. */
export interface KeystoneOptions {
  /** Base URL, with or without `/v3`. */
  readonly url: string
  readonly timeoutMs: number
  readonly cacheMs: number
  readonly roleMap: Readonly<Record<string, SystemRoleName>>
  /** Wall-clock time. */
  readonly clock: Clock
}

type Known = { readonly learntAt: EpochMs } & (
  | { readonly kind: 'valid'; readonly caller: Caller; readonly expiresAt: EpochMs }
  | { readonly kind: 'refused' }
)

/** Says who callers are by asking a Keystone v3, or an identity service that speaks as one. */
export class KeystoneIdentity implements Authenticator {
  readonly #options: KeystoneOptions
  readonly #endpoint: string
  readonly #known: LRUCache<string, Known>
  readonly #asking = new Map<string, Promise<Known>>()
  readonly #turnstile = new Turnstile(MAX_CONCURRENT, MAX_WAITING)

  constructor(options: KeystoneOptions) {
    this.#options = options
    this.#endpoint = `${options.url.replace(/\/+$/, '').replace(/\/v3$/, '')}/v3/auth/tokens`
    this.#known = new LRUCache({
      max: MAX_REMEMBERED,
      ttl: REFUSAL_CACHE_MS,
      ttlResolution: 0,
      perf: { now: () => options.clock.now() },
    })
  }

  /** Nothing that we store says who callers are. */
  applyChange(): void {}

  async forgetAll(): Promise<void> {}

  revokedTokens(): number {
    return 0
  }

  problem(): undefined {
    return undefined
  }

  authenticate({ token, signed, ...place }: IncomingCredentials): Caller | Promise<Caller> {
    if (token === undefined) {
      // Secret keys are known to the identity service alone, which does not lend them.
      throw fault(signed === undefined ? 'credentials-missing' : 'signature-invalid')
    }
    if (!/^[\x21-\x7e]{1,16384}$/.test(token)) throw fault('token-malformed')
    const digest = hash('sha256', token, 'base64')
    const known = this.#known.get(digest)
    // A clock that went back must not make an answer last longer.
    const isFresh = known !== undefined && known.learntAt <= this.#options.clock.now()
    if (isFresh) return this.#judge(known, place)
    return this.#ask(token, digest).then((answer) => this.#judge(answer, place))
  }

  #judge(known: Known, place: Place): Caller {
    if (known.kind === 'refused') throw fault('token-invalid')
    if (known.expiresAt <= this.#options.clock.now()) throw fault('token-expired')
    const { caller } = known
    return inPlace(caller, place)
  }

  /** Asks once for all who wait for the same answer. */
  #ask(token: string, digest: string): Promise<Known> {
    let asking = this.#asking.get(digest)
    if (asking === undefined) {
      asking = this.#validate(token, digest).finally(() => this.#asking.delete(digest))
      this.#asking.set(digest, asking)
    }
    return asking
  }

  async #validate(token: string, digest: string): Promise<Known> {
    const { clock, cacheMs } = this.#options
    const signal = AbortSignal.timeout(this.#options.timeoutMs)
    const learntAt = clock.now()
    const answer = await this.#turnstile.pass(() => this.#fetchToken(token, signal))
    if (answer === undefined) {
      const refused: Known = { kind: 'refused', learntAt }
      this.#known.set(digest, refused, { ttl: REFUSAL_CACHE_MS })
      return refused
    }
    const leftMs = answer.expiresAt - clock.now()
    const known: Known = {
      kind: 'valid',
      learntAt,
      caller: callerOf(answer, digest, this.#options.roleMap),
      expiresAt: answer.expiresAt,
    }
    const ttl = Math.min(cacheMs, MAX_CACHE_MS, leftMs)
    if (ttl > 0) this.#known.set(digest, known, { ttl })
    return known
  }

  /** What Keystone says of a token; undefined when it does not know it. */
  async #fetchToken(token: string, signal: AbortSignal): Promise<KeystoneToken | undefined> {
    let status: number
    let body: string
    try {
      const named = { 'X-Auth-Token': token, 'X-Subject-Token': token }
      const response = await traced('upstream: identity', 'client', () => {
        const headers = { ...traceHeaders(), ...named, Accept: 'application/json' }
        return fetch(this.#endpoint, { headers, redirect: 'manual', signal })
      })
      status = response.status
      body = await readAnswer(response)
    } catch (error) {
      throw signal.aborted
        ? fault('upstream-timeout', {}, error)
        : fault('upstream-invalid', {}, error)
    }
    if (status === 401 || status === 404) return undefined
    const parsed = status === 200 ? parseKeystoneToken(body) : undefined
    if (parsed === undefined) {
      const what = `the identity service answered ${status} with what is no token`
      throw fault('upstream-invalid', {}, new Error(what))
    }
    return parsed
  }
}

function callerOf(
  token: KeystoneToken,
  digest: string,
  roleMap: Readonly<Record<string, SystemRoleName>>,
): Caller {
  const statements: Statement[] = []
  for (const role of token.roles) {
    const mapped = Object.hasOwn(roleMap, role) ? roleMap[role] : parseSystemRole(role)
    if (mapped !== undefined) statements.push(...SYSTEM_ROLES[mapped].statements)
  }
  const { user, tenant, project, expiresAt } = token
  return {
    userId: user.id,
    userName: user.name,
    tenantId: tenant.id,
    tenantName: tenant.name,
    project,
    rights: rightsOf(statements),
    credential: { kind: 'token', tokenId: digest, expiresAt },
  }
}
