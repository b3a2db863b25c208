import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import {
  ANNA,
  ANNA_KEY,
  ANNA_PASSWORD,
  ANNA_SECRET,
  type EmbeddedWorld,
  embeddedWorld,
  OTHER_PROJECT,
  OTHER_TENANT,
  PROJECT,
  PROJECT_2,
  TENANT,
} from '../../test/auth/embedded-world.ts'
import { Fault, type FaultKind } from '../core/fault.ts'
import type { AccessKeyId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { SignInDesk, SignInMethod, SignInScope } from '../ports/sign-in-desk.ts'
import { embeddedDesk } from './sign-in-desk.ts'
import { parseToken, TOKEN_LIFETIME_MS } from './token.ts'

const DEFAULT: SignInScope = { kind: 'default' }
const IN_TENANT: SignInScope = { kind: 'tenant', tenant: { id: TENANT.id } }
const ADDRESS = '192.0.2.1'
const HOUR_MS = 3_600_000

type PasswordMethod = Extract<SignInMethod, { readonly kind: 'password' }>

let world: EmbeddedWorld
let desk: SignInDesk
beforeEach(async () => {
  world = await embeddedWorld()
  const { store, root, clock, identity } = world
  desk = embeddedDesk({ store, root, clock, isRevoked: (id) => identity.isRevoked(id) })
})
afterEach(() => world.close())

function byPassword(
  password = ANNA_PASSWORD,
  user: PasswordMethod['user'] = { id: ANNA.id },
): SignInMethod {
  return { kind: 'password', user, password: new SecretBytes(Buffer.from(password)) }
}

function byAccessKey(secret = ANNA_SECRET, accessKeyId: string = ANNA_KEY): SignInMethod {
  return { kind: 'accessKey', accessKeyId, secret: new SecretBytes(Buffer.from(secret)) }
}

function inProject(
  project: { readonly id?: string; readonly name?: string },
  tenant?: { readonly id?: string; readonly name?: string },
): SignInScope {
  return { kind: 'project', project, tenant }
}

async function refused(
  method: SignInMethod,
  scope: SignInScope = DEFAULT,
  kind: FaultKind = 'sign-in-failed',
  address = ADDRESS,
): Promise<void> {
  await assert.rejects(desk.signIn(method, scope, address), (error) => {
    assert.ok(error instanceof Fault, String(error))
    assert.equal(error.kind, kind)
    return true
  })
}

suite('methods', () => {
  test('a password gives a token for the default project, good for a day', async () => {
    const { token, facts } = await desk.signIn(byPassword(), DEFAULT, ADDRESS)
    const now = world.clock.now()
    assert.equal(facts.user.id, ANNA.id)
    assert.deepEqual(facts.tenant, TENANT)
    assert.deepEqual(facts.project, PROJECT)
    assert.equal(facts.isTenantWide, false)
    assert.deepEqual(facts.roles, ['KMS CMKFullAccess'])
    assert.deepEqual(facts.methods, ['password'])
    assert.equal(facts.issuedAt, now)
    assert.equal(facts.expiresAt, now + TOKEN_LIFETIME_MS)
    const parsed = parseToken(world.root, token)
    assert.ok(parsed.kind === 'ok')
    assert.equal(parsed.claims.tokenId, facts.tokenId)
    const signed = undefined
    const caller = await world.identity.authenticate({ token, signed, projectId: PROJECT.id })
    assert.equal(caller.userId, ANNA.id)
  })

  test('the user by id, or by name with its tenant by id or by name', async () => {
    const users = [
      { id: ANNA.id },
      { name: 'anna', tenant: { id: TENANT.id } },
      { name: 'anna', tenant: { name: 'acme' } },
    ]
    for (const user of users) {
      const { facts } = await desk.signIn(byPassword(ANNA_PASSWORD, user), DEFAULT, ADDRESS)
      assert.equal(facts.user.id, ANNA.id)
    }
    // There are two tenants: which anna is not said.
    await refused(byPassword(ANNA_PASSWORD, { name: 'anna' }))
    await refused(byPassword(ANNA_PASSWORD, { name: 'anna', tenant: { name: 'other' } }))
    await refused(byPassword(ANNA_PASSWORD, { name: 'anna', tenant: { id: OTHER_TENANT.id } }))
    await refused(byPassword(ANNA_PASSWORD, {}))
  })

  test('an access key with its secret', async () => {
    const { facts } = await desk.signIn(byAccessKey(), DEFAULT, ADDRESS)
    assert.equal(facts.user.id, ANNA.id)
    assert.deepEqual(facts.methods, ['hw_ak_sk'])
  })

  test('an access key with another secret, an unknown one, a disabled one', async () => {
    await refused(byAccessKey('another'))
    await refused(byAccessKey(''))
    await refused(byAccessKey(ANNA_SECRET, 'AKNOBODY'))
    await world.addAccessKey('AKOFF' as AccessKeyId, ANNA.id, 'off', false)
    await refused(byAccessKey('off', 'AKOFF'))
  })

  test('a token gives another, for another scope, that ends with the first', async () => {
    const first = await desk.signIn(byPassword(), IN_TENANT, ADDRESS)
    world.pass(HOUR_MS)
    const method: SignInMethod = { kind: 'token', token: first.token }
    const second = await desk.signIn(method, inProject({ id: PROJECT.id }), ADDRESS)
    assert.notEqual(second.token, first.token)
    assert.deepEqual(second.facts.methods, ['token'])
    assert.deepEqual(second.facts.project, PROJECT)
    assert.equal(second.facts.expiresAt, first.facts.expiresAt)
    assert.equal(second.facts.issuedAt, first.facts.issuedAt + HOUR_MS)
    const third = await desk.signIn(method, DEFAULT, ADDRESS)
    assert.equal(third.facts.isTenantWide, true)
  })

  test('a token that is no longer valid gives none', async () => {
    const method = async (): Promise<SignInMethod> => {
      const { token } = await desk.signIn(byPassword(), DEFAULT, ADDRESS)
      return { kind: 'token', token }
    }
    await refused({ kind: 'token', token: 'x' })
    await refused({ kind: 'token', token: '' })
    const revoked = await method()
    assert.ok(revoked.kind === 'token')
    await desk.revoke(revoked.token)
    await world.catchUp()
    await refused(revoked)
    const expired = await method()
    world.pass(TOKEN_LIFETIME_MS)
    await refused(expired, DEFAULT, 'sign-in-failed', '192.0.2.2')
    const ended = await method()
    const tokensValidFrom = (world.clock.now() + 1) as EpochMs
    await world.store.replaceUser({ ...world.anna, tokensValidFrom })
    await refused(ended, DEFAULT, 'sign-in-failed', '192.0.2.2')
  })

  test('a disabled user signs in by nothing', async () => {
    const { token } = await desk.signIn(byPassword(), DEFAULT, ADDRESS)
    await world.store.replaceUser({ ...world.anna, enabled: false })
    for (const method of [byPassword(), byAccessKey(), { kind: 'token', token } as const]) {
      await refused(method)
    }
    assert.equal(await desk.inspect(token), undefined)
  })

  test('a user without a password signs in by none', async () => {
    await world.store.replaceUser({ ...world.anna, passwordHash: undefined })
    for (const password of ['', 'undefined', ANNA_PASSWORD]) await refused(byPassword(password))
  })
})

suite('scopes', () => {
  test('a project by id, by name, by name with its tenant by id or by name', async () => {
    const scopes = [
      inProject({ id: PROJECT.id }),
      inProject({ id: PROJECT.id }, { id: TENANT.id }),
      // Another tenant has a project of that name.
      inProject({ name: 'eu-test' }),
      inProject({ name: 'eu-test' }, { id: TENANT.id }),
      inProject({ name: 'eu-test' }, { name: 'acme' }),
    ]
    for (const scope of scopes) {
      const { facts } = await desk.signIn(byAccessKey(), scope, ADDRESS)
      assert.deepEqual(facts.project, PROJECT)
      assert.deepEqual(facts.roles, ['KMS CMKFullAccess'])
    }
  })

  test('no project without a role in it, of another tenant, or that is none', async () => {
    const scopes = [
      inProject({ id: PROJECT_2.id }),
      inProject({ name: 'eu-two' }),
      inProject({ id: OTHER_PROJECT.id }),
      inProject({ id: OTHER_PROJECT.id }, { id: OTHER_TENANT.id }),
      inProject({ name: 'eu-test' }, { name: 'other' }),
      inProject({ name: 'eu-test' }, { name: 'none' }),
      inProject({ id: 'none' }),
      inProject({ name: 'none' }),
      inProject({}),
    ]
    for (const scope of scopes) await refused(byAccessKey(), scope)
  })

  test('the tenant by id or by name, and no other', async () => {
    const role = 'KMS CMKReadOnlyAccess'
    await world.store.insertAssignment({ userId: ANNA.id, projectId: undefined, role })
    for (const tenant of [{ id: TENANT.id }, { name: 'acme' }]) {
      const scope: SignInScope = { kind: 'tenant', tenant }
      const { facts } = await desk.signIn(byAccessKey(), scope, ADDRESS)
      assert.equal(facts.isTenantWide, true)
      assert.equal(facts.project, undefined)
      assert.deepEqual(facts.roles, [role])
    }
    for (const tenant of [{ id: OTHER_TENANT.id }, { name: 'other' }, { name: 'none' }, {}]) {
      await refused(byAccessKey(), { kind: 'tenant', tenant })
    }
  })

  test('none, for a user without a default project or without a role in it', async () => {
    for (const defaultProjectId of [undefined, PROJECT_2.id]) {
      await world.store.replaceUser({ ...world.anna, defaultProjectId })
      const { facts } = await desk.signIn(byAccessKey(), DEFAULT, ADDRESS)
      assert.equal(facts.project, undefined)
      assert.equal(facts.isTenantWide, false)
      assert.deepEqual(facts.roles, [])
    }
  })
})

suite('inspect and revoke', () => {
  test('a token stands for what it was issued for, until it is revoked', async () => {
    const { token, facts } = await desk.signIn(byPassword(), DEFAULT, ADDRESS)
    assert.deepEqual(await desk.inspect(token), facts)
    assert.equal(await desk.revoke(token), true)
    await world.catchUp()
    assert.equal(await desk.inspect(token), undefined)
    assert.equal(await desk.revoke(token), false)
  })

  test('what is no token stands for nothing', async () => {
    for (const text of ['', 'x', 'two words']) {
      assert.equal(await desk.inspect(text), undefined)
      assert.equal(await desk.revoke(text), false)
    }
  })

  test('a token stands for nothing once it has expired', async () => {
    const { token } = await desk.signIn(byPassword(), DEFAULT, ADDRESS)
    world.pass(TOKEN_LIFETIME_MS)
    assert.equal(await desk.inspect(token), undefined)
    assert.equal(await desk.revoke(token), false)
  })
})

suite('who guesses', () => {
  test('learns nothing: wrong password, unknown user and unknown project are one fault', async () => {
    const told = async (method: SignInMethod, scope: SignInScope = DEFAULT) => {
      const error: unknown = await desk.signIn(method, scope, ADDRESS).catch((e: unknown) => e)
      assert.ok(error instanceof Fault)
      return { kind: error.kind, facts: error.facts, cause: error.cause }
    }
    const wrong = await told(byPassword('wrong'))
    assert.deepEqual(wrong, { kind: 'sign-in-failed', facts: {}, cause: undefined })
    assert.deepEqual(await told(byPassword('wrong', { id: 'nobody' })), wrong)
    const nobody = { name: 'nobody', tenant: { name: 'acme' } }
    assert.deepEqual(await told(byPassword('wrong', nobody)), wrong)
    assert.deepEqual(await told(byPassword(), inProject({ id: 'none' })), wrong)
  })

  test('waits as long for an unknown user as for a wrong password', async () => {
    const took = async (method: SignInMethod) => {
      const startedAt = performance.now()
      await refused(method)
      return performance.now() - startedAt
    }
    await took(byPassword('warm'))
    const wrong = await took(byPassword('wrong'))
    const unknown = await took(byPassword('wrong', { id: 'nobody' }))
    assert.ok(unknown > wrong / 4, `${unknown} ms, ${wrong} ms`)
  })

  test('has to wait after five failures, an unknown user too; others are not kept out', async () => {
    for (const user of [{ id: ANNA.id }, { id: 'nobody' }]) {
      for (let count = 0; count < 5; count++) await refused(byPassword('wrong', user))
      await refused(byPassword('wrong', user), DEFAULT, 'too-many-requests')
    }
    await refused(byPassword(), DEFAULT, 'too-many-requests')
    const { facts } = await desk.signIn(byPassword(), DEFAULT, '192.0.2.2')
    assert.equal(facts.user.id, ANNA.id)
  })

  test('is forgiven when the password is right', async () => {
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 4; count++) await refused(byPassword('wrong'))
      await desk.signIn(byPassword(), DEFAULT, ADDRESS)
    }
  })

  test('gains nothing by guessing many at once', async () => {
    const guesses = Array.from({ length: 20 }, () => byPassword('wrong'))
    const attempts = [...guesses, byPassword()].map((method) =>
      desk.signIn(method, DEFAULT, ADDRESS).then(
        () => 'signed in',
        (error: Fault) => error.kind,
      ),
    )
    const outcomes = await Promise.all(attempts)
    assert.ok(!outcomes.includes('signed in'))
    const judged = outcomes.filter((outcome) => outcome === 'sign-in-failed').length
    assert.ok(judged <= 7, String(judged))
  })

  test('does not keep out many who sign in rightly at once', async () => {
    const attempts = Array.from({ length: 20 }, () => desk.signIn(byPassword(), DEFAULT, ADDRESS))
    const tokens = new Set((await Promise.all(attempts)).map(({ token }) => token))
    assert.equal(tokens.size, 20)
  })
})
