import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import {
  ANNA,
  ANNA_KEY,
  ANNA_SECRET,
  type EmbeddedWorld,
  embeddedWorld,
  OTHER_PROJECT,
  PROJECT,
  PROJECT_2,
  signRequest,
  TENANT,
} from '../../test/auth/embedded-world.ts'
import type { Caller } from '../core/caller.ts'
import { Fault, type FaultKind } from '../core/fault.ts'
import type { AccessKeyId, ProjectId, UserId } from '../core/ids.ts'
import { DAY_MS, type EpochMs } from '../core/time.ts'
import { rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { SignedRequest } from './canonical-request.ts'
import { issueToken, TOKEN_LIFETIME_MS, type TokenScope } from './token.ts'

const IN_PROJECT: TokenScope = { kind: 'project', projectId: PROJECT.id }
const MINUTE_MS = 60_000

let world: EmbeddedWorld
beforeEach(async () => {
  world = await embeddedWorld()
})
afterEach(() => world.close())

function tokenOf(scope: TokenScope = IN_PROJECT, root = world.root, userId: UserId = ANNA.id) {
  const issuedAt = world.clock.now()
  return issueToken(root, {
    userId,
    tenantId: TENANT.id,
    scope,
    lineage: [],
    methods: ['password'],
    issuedAt,
    expiresAt: (issuedAt + TOKEN_LIFETIME_MS) as EpochMs,
  })
}

async function byToken(token: string, projectId?: ProjectId): Promise<Caller> {
  return await world.identity.authenticate({ token, signed: undefined, projectId })
}

async function bySignature(
  signed: SignedRequest = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET),
  projectId: ProjectId | undefined = PROJECT.id,
): Promise<Caller> {
  return await world.identity.authenticate({ token: undefined, signed, projectId })
}

async function refused(kind: FaultKind, answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => error instanceof Fault && error.kind === kind, kind)
}

suite('by token', () => {
  test('user, tenant, project, rights and credential', async () => {
    const { token, claims } = tokenOf()
    const caller = await byToken(token, PROJECT.id)
    assert.equal(caller.userId, ANNA.id)
    assert.equal(caller.userName, 'anna')
    assert.equal(caller.tenantId, TENANT.id)
    assert.equal(caller.tenantName, 'acme')
    assert.deepEqual(caller.project, { id: PROJECT.id, name: 'eu-test' })
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'allow')
    assert.equal(caller.rights.verdictOf('keyturn:server:read'), 'none')
    const { tokenId, expiresAt } = claims
    assert.deepEqual(caller.credential, { kind: 'token', tokenId, expiresAt })
  })

  test('a token that is known is answered at once', async () => {
    const { token } = tokenOf()
    const first = await byToken(token, PROJECT.id)
    const second = world.identity.authenticate({ token, signed: undefined, projectId: PROJECT.id })
    assert.equal(second, first)
  })

  test('a token counts before a signature', async () => {
    const signed = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET)
    const both = { signed, projectId: PROJECT.id }
    const caller = await world.identity.authenticate({ ...both, token: tokenOf().token })
    assert.equal(caller.credential.kind, 'token')
    const invalid = async () => await world.identity.authenticate({ ...both, token: 'x' })
    await refused('token-invalid', invalid())
  })

  test('nothing at all is refused', () => {
    const nothing = { token: undefined, signed: undefined, projectId: PROJECT.id }
    assert.throws(() => world.identity.authenticate(nothing), { kind: 'credentials-missing' })
  })

  test('what is no token of ours is refused', async () => {
    const strange = rootKeyFrom(SecretBytes.random(32))
    await refused('token-malformed', byToken(''))
    await refused('token-malformed', byToken('two words'))
    await refused('token-malformed', byToken('x'.repeat(5000)))
    await refused('token-invalid', byToken('x'))
    await refused('token-invalid', byToken(tokenOf(IN_PROJECT, strange).token))
    await refused('token-invalid', byToken(tokenOf(IN_PROJECT, world.root, 'gone' as UserId).token))
  })

  test('a token ends with its time, remembered or not', async () => {
    const { token } = tokenOf()
    const { token: unseen } = tokenOf()
    world.pass(TOKEN_LIFETIME_MS - 1)
    await byToken(token)
    world.pass(1)
    await refused('token-expired', byToken(token))
    await refused('token-expired', byToken(unseen))
  })

  test('a token is for its own project', async () => {
    const { token } = tokenOf()
    for (const projectId of [PROJECT_2.id, OTHER_PROJECT.id, 'none' as ProjectId]) {
      await refused('project-mismatch', byToken(token, projectId))
    }
    assert.equal((await byToken(token)).project?.id, PROJECT.id)
  })

  test('a token for a project in which its user has no role is refused', async () => {
    for (const projectId of [PROJECT_2.id, OTHER_PROJECT.id, 'none' as ProjectId]) {
      await refused('project-mismatch', byToken(tokenOf({ kind: 'project', projectId }).token))
    }
  })

  test('a token for all of the tenant, or for nothing, has no project', async () => {
    for (const kind of ['tenant', 'none'] as const) {
      const { token } = tokenOf({ kind })
      const caller = await byToken(token)
      assert.equal(caller.project, undefined)
      assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'none')
      await refused('token-without-project', byToken(token, PROJECT.id))
    }
  })

  test('a token without a scope has no rights, not even those in all of the tenant', async () => {
    const role = 'KMS Administrator'
    await world.store.insertAssignment({ userId: ANNA.id, projectId: undefined, role })
    const rightsOf = async (kind: 'tenant' | 'none') =>
      (await byToken(tokenOf({ kind }).token)).rights
    assert.equal((await rightsOf('tenant')).verdictOf('kms:cmk:create'), 'allow')
    assert.equal((await rightsOf('none')).verdictOf('kms:cmk:create'), 'none')
  })

  test('rights that hold in all of the tenant hold in each project, not in another tenant', async () => {
    const role = 'KMS CMKReadOnlyAccess'
    await world.store.insertAssignment({ userId: ANNA.id, projectId: undefined, role })
    await world.catchUp()
    const caller = await byToken(tokenOf({ kind: 'project', projectId: PROJECT_2.id }).token)
    assert.equal(caller.rights.verdictOf('kms:cmk:list'), 'allow')
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'none')
    const other = tokenOf({ kind: 'project', projectId: OTHER_PROJECT.id }).token
    await refused('project-mismatch', byToken(other))
  })

  test('a policy of the tenant counts, and its change too', async () => {
    const put = async (effect: string) => {
      const Statement = [{ Effect: effect, Action: ['kms:cmk:create'] }]
      const document = JSON.stringify({ Version: '1.1', Statement })
      await world.store.putPolicy({ tenantId: TENANT.id, name: 'mine', document })
      await world.catchUp()
    }
    await put('Deny')
    await world.store.insertAssignment({ userId: ANNA.id, projectId: PROJECT.id, role: 'mine' })
    await world.catchUp()
    const { token } = tokenOf()
    assert.equal((await byToken(token)).rights.verdictOf('kms:cmk:create'), 'deny')
    await put('Allow')
    assert.equal((await byToken(token)).rights.verdictOf('kms:cmk:create'), 'allow')
  })
})

suite('what ends a token', () => {
  test('its revocation, once it is known', async () => {
    const { token, claims } = tokenOf()
    const { token: other } = tokenOf()
    await byToken(token)
    await world.store.revokeToken({ tokenId: claims.tokenId, expiresAt: claims.expiresAt })
    await world.catchUp()
    assert.equal(world.identity.isRevoked(claims.tokenId), true)
    await refused('token-invalid', byToken(token))
    await byToken(other)
  })

  test('its revocation before a restart', async () => {
    const { token, claims } = tokenOf()
    await world.store.revokeToken({ tokenId: claims.tokenId, expiresAt: claims.expiresAt })
    await world.identity.forgetAll()
    await refused('token-invalid', byToken(token))
  })

  test('its revocation, also when a server was started while the clock ran ahead', async () => {
    const { token, claims } = tokenOf()
    await world.store.revokeToken({ tokenId: claims.tokenId, expiresAt: claims.expiresAt })
    world.pass(400 * DAY_MS)
    await world.identity.forgetAll()
    world.pass(-400 * DAY_MS)
    await refused('token-invalid', byToken(token))
  })

  test('its user being disabled or removed', async () => {
    const { token } = tokenOf()
    await byToken(token)
    await world.store.replaceUser({ ...world.anna, enabled: false })
    await world.catchUp()
    await refused('token-invalid', byToken(token))
    await world.store.replaceUser(world.anna)
    await world.catchUp()
    await byToken(token)
    await world.store.removeUser(ANNA.id)
    await world.catchUp()
    await refused('token-invalid', byToken(token))
  })

  test('tokensValidFrom after it was issued', async () => {
    const { token } = tokenOf()
    await byToken(token)
    const from = async (tokensValidFrom: number) => {
      const user = { ...world.anna, tokensValidFrom: tokensValidFrom as EpochMs }
      await world.store.replaceUser(user)
      await world.catchUp()
    }
    await from(world.clock.now())
    await byToken(token)
    await from(world.clock.now() + 1)
    await refused('token-invalid', byToken(token))
    world.pass(1)
    await byToken(tokenOf().token)
  })

  test('the last role in its project being taken', async () => {
    const { token } = tokenOf()
    await byToken(token)
    const [assignment] = await world.store.listAssignments(ANNA.id)
    assert.ok(assignment)
    await world.store.removeAssignment(assignment)
    await world.catchUp()
    await refused('project-mismatch', byToken(token))
  })
})

suite('by signature', () => {
  test('user, project of the path, rights and credential', async () => {
    const caller = await bySignature()
    assert.equal(caller.userId, ANNA.id)
    assert.deepEqual(caller.project, { id: PROJECT.id, name: 'eu-test' })
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'allow')
    assert.deepEqual(caller.credential, { kind: 'signature', accessKeyId: ANNA_KEY })
  })

  test('without a project in the path there is none', async () => {
    const signed = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET)
    const caller = await world.identity.authenticate({
      token: undefined,
      signed,
      projectId: undefined,
    })
    assert.equal(caller.project, undefined)
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'none')
  })

  test('the same signature again is good again, at once', async () => {
    const signed = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET)
    const first = await bySignature(signed)
    const again = { token: undefined, signed, projectId: PROJECT.id }
    assert.equal(world.identity.authenticate(again), first)
  })

  test('each way to be wrong, remembered or not', async () => {
    const now = world.clock.now()
    const wrong: readonly (readonly [FaultKind, SignedRequest])[] = [
      ['signature-invalid', signRequest(now, ANNA_KEY, 'another-secret')],
      ['signature-invalid', signRequest(now, 'AKNOBODY', ANNA_SECRET)],
      ['signature-invalid', signRequest(now, 'AKNOBODY', '')],
      ['signature-invalid', signRequest((now - 16 * MINUTE_MS) as EpochMs, ANNA_KEY, ANNA_SECRET)],
      ['signature-invalid', signRequest((now + 16 * MINUTE_MS) as EpochMs, ANNA_KEY, ANNA_SECRET)],
      [
        'signature-invalid',
        signRequest(now, ANNA_KEY, ANNA_SECRET, { 'x-security-token': 'temporary' }),
      ],
      [
        'authorization-malformed',
        { ...signRequest(now, ANNA_KEY, ANNA_SECRET), headers: { authorization: 'Basic abc' } },
      ],
      ['authorization-malformed', { ...signRequest(now, ANNA_KEY, ANNA_SECRET), headers: {} }],
    ]
    for (const [kind, request] of wrong) await refused(kind, bySignature(request))
    await bySignature()
    for (const [kind, request] of wrong) await refused(kind, bySignature(request))
  })

  test('a signature grows old by the clock, though its signer is remembered', async () => {
    const signed = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET)
    await bySignature(signed)
    world.pass(15 * MINUTE_MS)
    await bySignature(signed)
    world.pass(1)
    await refused('signature-invalid', bySignature(signed))
  })

  test('a signer is remembered for each project by itself', async () => {
    await bySignature()
    const signed = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET)
    for (const projectId of [PROJECT_2.id, OTHER_PROJECT.id, 'none' as ProjectId]) {
      await refused('project-mismatch', bySignature(signed, projectId))
    }
  })

  test('a removed access key and a disabled one are refused', async () => {
    await bySignature()
    await world.store.removeAccessKey(ANNA_KEY)
    await world.catchUp()
    await refused('signature-invalid', bySignature())
    const disabled = 'AKOFF' as AccessKeyId
    await world.addAccessKey(disabled, ANNA.id, ANNA_SECRET, false)
    await world.catchUp()
    const signed = signRequest(world.clock.now(), disabled, ANNA_SECRET)
    await refused('signature-invalid', bySignature(signed))
  })

  test('the access key of a disabled user is refused', async () => {
    await bySignature()
    await world.store.replaceUser({ ...world.anna, enabled: false })
    await world.catchUp()
    await refused('signature-invalid', bySignature())
  })

  test('an access key that was not there before works once it is', async () => {
    const id = 'AKNEW' as AccessKeyId
    const signed = signRequest(world.clock.now(), id, 'a-new-secret')
    await refused('signature-invalid', bySignature(signed))
    await world.addAccessKey(id, ANNA.id, 'a-new-secret')
    await bySignature(signed)
  })

  test('ending tokens ends no access key', async () => {
    const tokensValidFrom = (world.clock.now() + DAY_MS) as EpochMs
    await world.store.replaceUser({ ...world.anna, tokensValidFrom })
    await world.catchUp()
    assert.equal((await bySignature()).userId, ANNA.id)
  })
})

suite('when caches may not be used', () => {
  test('the change log is read before anybody is answered', async () => {
    const { token } = tokenOf()
    await byToken(token)
    await bySignature()
    await world.store.replaceUser({ ...world.anna, enabled: false })
    world.goStale()
    await refused('token-invalid', byToken(token))
    world.goStale()
    await refused('signature-invalid', bySignature())
  })

  test('a change that comes while a caller is looked up is not missed', async () => {
    const { token } = tokenOf()
    const answers = [byToken(token), bySignature()]
    world.identity.applyChange({ number: 999, kind: 'user', id: ANNA.id })
    await Promise.all(answers)
    // What was read before the change is not kept: the next answer is looked up anew.
    const credentials = { token, signed: undefined, projectId: undefined }
    const signed = signRequest(world.clock.now(), ANNA_KEY, ANNA_SECRET)
    const bySigner = { token: undefined, signed, projectId: PROJECT.id }
    const next = [
      world.identity.authenticate(credentials),
      world.identity.authenticate(bySigner),
    ] as const
    for (const answer of next) assert.ok(answer instanceof Promise)
    await Promise.all(next)
  })

  test('each kind of change to who may what drops what is remembered; others do not', async () => {
    const { token } = tokenOf()
    const credentials = { token, signed: undefined, projectId: PROJECT.id }
    for (const kind of ['user', 'accessKey', 'policy', 'project', 'tenant'] as const) {
      await byToken(token)
      world.identity.applyChange({ number: 1000, kind, id: 'x' })
      const answer = world.identity.authenticate(credentials)
      assert.ok(answer instanceof Promise, kind)
      await answer
    }
    for (const kind of ['key', 'token'] as const) {
      world.identity.applyChange({ number: 1000, kind, id: 'x' })
      assert.ok(!(world.identity.authenticate(credentials) instanceof Promise), kind)
    }
  })

  test('a change log that cannot be read is said so', async () => {
    const { token } = tokenOf()
    await byToken(token)
    world.goStale()
    await world.close()
    await assert.rejects(byToken(token))
  })
})
