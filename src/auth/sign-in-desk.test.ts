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
import type { AccessKeyId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import { hashPassword } from '../crypto/password.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { User } from '../ports/identity-store.ts'
import type { SignInDesk, SignInMethod, SignInScope } from '../ports/sign-in-desk.ts'
import { embeddedDesk } from './sign-in-desk.ts'
import { newSignInFailures } from './sign-in-throttle.ts'
import { TOKEN_LIFETIME_MS } from './token.ts'

const ADDRESS = '192.0.2.1'
const DEFAULT: SignInScope = { kind: 'default' }
const MINUTE_MS = 60_000

let world: EmbeddedWorld
let desk: SignInDesk
beforeEach(async () => {
  world = await embeddedWorld()
  const { store, root, clock, identity } = world
  desk = embeddedDesk({
    store,
    root,
    clock,
    isRevoked: (tokenId) => identity.isRevoked(tokenId),
    requireCurrent: async () => undefined,
    failures: newSignInFailures(),
  })
})
afterEach(() => world.close())

function secretOf(text: string): SecretBytes {
  return new SecretBytes(Buffer.from(text))
}

function byPassword(
  password = ANNA_PASSWORD,
  user: Extract<SignInMethod, { kind: 'password' }>['user'] = { id: ANNA.id },
): SignInMethod {
  return { kind: 'password', user, password: secretOf(password) }
}

function byAccessKey(accessKeyId: string = ANNA_KEY, secret = ANNA_SECRET): SignInMethod {
  return { kind: 'accessKey', accessKeyId, secret: secretOf(secret) }
}

function signIn(method: SignInMethod, scope = DEFAULT, source = ADDRESS) {
  return desk.signIn(method, scope, source)
}

function projectScope(
  project: { readonly id?: string; readonly name?: string },
  tenant?: { readonly id?: string; readonly name?: string },
): SignInScope {
  return { kind: 'project', project, tenant }
}

async function refused(kind: FaultKind, answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => error instanceof Fault && error.kind === kind, kind)
}

async function addUser(name: string, facts: Partial<User> = {}): Promise<User> {
  const user = { ...world.anna, id: `user-${name}` as UserId, name, ...facts }
  assert.ok(await world.store.insertUser(user))
  return user
}

suite('by password', () => {
  test('the facts are those of the user, and the token is good for them', async () => {
    const { token, facts } = await signIn(byPassword())
    const now = world.clock.now()
    assert.deepEqual(
      { ...facts, tokenId: '' },
      {
        tokenId: '',
        methods: ['password'],
        issuedAt: now,
        expiresAt: now + TOKEN_LIFETIME_MS,
        user: world.anna,
        tenant: TENANT,
        project: PROJECT,
        isTenantWide: false,
        roles: ['KMS CMKFullAccess'],
      },
    )
    const caller = await world.identity.authenticate({
      token,
      signed: undefined,
      projectId: PROJECT.id,
    })
    assert.equal(caller.userId, ANNA.id)
    assert.deepEqual(await desk.inspect(token), facts)
  })

  test('the user by name, in a tenant by id or by name', async () => {
    for (const tenant of [{ id: TENANT.id }, { name: TENANT.name }]) {
      const { facts } = await signIn(byPassword(ANNA_PASSWORD, { name: 'anna', tenant }))
      assert.equal(facts.user.id, ANNA.id)
    }
  })

  test('without a tenant only where there is but one', async () => {
    await refused('sign-in-failed', signIn(byPassword(ANNA_PASSWORD, { name: 'anna' })))
  })

  test('whatever is wrong, the refusal is the same', async () => {
    await addUser('disabled', { enabled: false })
    await addUser('without', { passwordHash: undefined })
    const wrong: readonly SignInMethod[] = [
      byPassword('not the password'),
      byPassword(''),
      byPassword(ANNA_PASSWORD, { id: 'nobody' }),
      byPassword(ANNA_PASSWORD, { name: 'anna', tenant: { id: OTHER_TENANT.id } }),
      byPassword(ANNA_PASSWORD, { name: 'anna', tenant: { name: 'no-such' } }),
      byPassword(ANNA_PASSWORD, {}),
      byPassword(ANNA_PASSWORD, { id: 'user-disabled' }),
      byPassword(ANNA_PASSWORD, { id: 'user-without' }),
    ]
    const facts: unknown[] = []
    for (const method of wrong) {
      await assert.rejects(signIn(method), (error) => {
        assert.ok(error instanceof Fault)
        facts.push([error.kind, error.facts, error.cause])
        return true
      })
    }
    for (const fact of facts) assert.deepEqual(fact, ['sign-in-failed', {}, undefined])
  })

  test('an unknown user takes as much work as a wrong password', async () => {
    const workOf = async (user: { readonly id: string }, turn: number) => {
      const begun = process.cpuUsage()
      const method = byPassword('wrong', user)
      await refused('sign-in-failed', signIn(method, DEFAULT, `192.0.2.${turn + 10}`))
      const { user: own, system } = process.cpuUsage(begun)
      return (own + system) / 1000
    }
    // Time of the processor, by turns, and the least of each: what else the machine does only adds to it.
    let known = Number.POSITIVE_INFINITY
    let unknown = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < 9; turn++) {
      known = Math.min(known, await workOf({ id: ANNA.id }, turn))
      unknown = Math.min(unknown, await workOf({ id: 'nobody' }, turn))
    }
    assert.ok(unknown > known / 2, `${unknown} ms and ${known} ms`)
    assert.ok(known > unknown / 2, `${known} ms and ${unknown} ms`)
  })
})

suite('by access key', () => {
  test('the facts are those of its owner', async () => {
    const { facts } = await signIn(byAccessKey())
    assert.equal(facts.user.id, ANNA.id)
    assert.deepEqual(facts.methods, ['hw_ak_sk'])
    assert.deepEqual(facts.project, PROJECT)
  })

  test('whatever is wrong, the refusal is the same', async () => {
    const disabled = await addUser('disabled', { enabled: false })
    await world.addAccessKey('AKDISABLED1' as AccessKeyId, ANNA.id, ANNA_SECRET, false)
    await world.addAccessKey('AKDISABLED2' as AccessKeyId, disabled.id, ANNA_SECRET)
    for (const method of [
      byAccessKey(ANNA_KEY, `${ANNA_SECRET}x`),
      byAccessKey(ANNA_KEY, ''),
      byAccessKey('AKNOBODY'),
      byAccessKey('AKDISABLED1'),
      byAccessKey('AKDISABLED2'),
    ]) {
      await refused('sign-in-failed', signIn(method))
    }
  })
})

suite('by token', () => {
  test('for another scope, for no longer than the first one lives', async () => {
    const first = await signIn(byPassword())
    world.pass(MINUTE_MS)
    const { facts } = await signIn(
      { kind: 'token', token: first.token },
      { kind: 'tenant', tenant: { id: TENANT.id } },
    )
    assert.deepEqual(facts.methods, ['token'])
    assert.equal(facts.issuedAt, first.facts.issuedAt + MINUTE_MS)
    assert.equal(facts.expiresAt, first.facts.expiresAt)
    assert.equal(facts.isTenantWide, true)
    assert.notEqual(facts.tokenId, first.facts.tokenId)
  })

  test('without a scope it keeps the one it had', async () => {
    const first = await signIn(byPassword(), { kind: 'tenant', tenant: { id: TENANT.id } })
    const { facts } = await signIn({ kind: 'token', token: first.token })
    assert.equal(facts.isTenantWide, true)
    assert.equal(facts.project, undefined)
  })

  test('a token that is over, revoked, or none is refused', async () => {
    const { token } = await signIn(byPassword())
    const { token: revoked } = await signIn(byPassword())
    assert.equal(await desk.revoke(revoked), true)
    await world.catchUp()
    await refused('sign-in-failed', signIn({ kind: 'token', token: revoked }))
    await refused('sign-in-failed', signIn({ kind: 'token', token: `${token}x` }))
    await refused('sign-in-failed', signIn({ kind: 'token', token: '' }))
    world.pass(TOKEN_LIFETIME_MS)
    await refused('sign-in-failed', signIn({ kind: 'token', token }))
  })

  test('not of a user who was disabled, or whose tokens were ended', async () => {
    const { token } = await signIn(byPassword())
    await world.store.replaceUser({ ...world.anna, enabled: false })
    await refused('sign-in-failed', signIn({ kind: 'token', token }))
    const tokensValidFrom = (world.clock.now() + 1) as EpochMs
    await world.store.replaceUser({ ...world.anna, tokensValidFrom })
    await refused('sign-in-failed', signIn({ kind: 'token', token }))
  })
})

suite('scope', () => {
  test('a project by id, or by name with or without its tenant', async () => {
    for (const scope of [
      projectScope({ id: PROJECT.id }),
      projectScope({ name: PROJECT.name }),
      projectScope({ name: PROJECT.name }, { id: TENANT.id }),
      projectScope({ name: PROJECT.name }, { name: TENANT.name }),
    ]) {
      const { facts } = await signIn(byAccessKey(), scope)
      assert.deepEqual(facts.project, PROJECT) // another tenant has a project of that name, too
    }
  })

  test('a project that is unknown, foreign, or without a role is refused', async () => {
    for (const scope of [
      projectScope({ id: 'no-such' }),
      projectScope({ name: 'no-such' }),
      projectScope({}),
      projectScope({ id: OTHER_PROJECT.id }),
      projectScope({ name: PROJECT.name }, { id: OTHER_TENANT.id }),
      projectScope({ id: PROJECT.id }, { name: 'no-such' }),
      projectScope({ id: PROJECT_2.id }),
    ]) {
      await refused('sign-in-failed', signIn(byAccessKey(), scope))
    }
  })

  test('a role in all of the tenant is good for each of its projects, and for no other', async () => {
    const role = 'KMS CMKReadOnlyAccess'
    await world.store.insertAssignment({ userId: ANNA.id, projectId: undefined, role })
    const { facts } = await signIn(byAccessKey(), projectScope({ id: PROJECT_2.id }))
    assert.deepEqual(facts.roles, [role])
    await refused('sign-in-failed', signIn(byAccessKey(), projectScope({ id: OTHER_PROJECT.id })))
  })

  test('the own tenant, by id or name, and no other', async () => {
    for (const tenant of [{ id: TENANT.id }, { name: TENANT.name }]) {
      const { facts } = await signIn(byAccessKey(), { kind: 'tenant', tenant })
      assert.equal(facts.isTenantWide, true)
      assert.equal(facts.project, undefined)
      assert.deepEqual(facts.roles, [])
    }
    for (const tenant of [{ id: OTHER_TENANT.id }, { name: 'no-such' }]) {
      await refused('sign-in-failed', signIn(byAccessKey(), { kind: 'tenant', tenant }))
    }
  })

  test('none, without a default project or a role in it', async () => {
    for (const defaultProjectId of [undefined, PROJECT_2.id]) {
      await world.store.replaceUser({ ...world.anna, defaultProjectId })
      const { facts } = await signIn(byAccessKey())
      assert.equal(facts.project, undefined)
      assert.equal(facts.isTenantWide, false)
      assert.deepEqual(facts.roles, [])
    }
  })
})

suite('after the sign-in', () => {
  test('a revoked token is no more, for the desk and for every request', async () => {
    const { token } = await signIn(byPassword())
    const { token: other } = await signIn(byPassword())
    assert.equal(await desk.revoke(token), true)
    await world.catchUp()
    assert.equal(await desk.inspect(token), undefined)
    assert.equal(await desk.revoke(token), false)
    assert.ok(await desk.inspect(other))
    const credentials = { token, signed: undefined, projectId: undefined }
    await refused('token-invalid', Promise.resolve(world.identity.authenticate(credentials)))
  })

  test('what is no valid token is neither shown nor revoked', async () => {
    const { token } = await signIn(byPassword())
    for (const text of ['', 'kt1.x', `${token}x`, token.slice(0, -1)]) {
      assert.equal(await desk.inspect(text), undefined)
      assert.equal(await desk.revoke(text), false)
    }
    world.pass(TOKEN_LIFETIME_MS)
    assert.equal(await desk.inspect(token), undefined)
    assert.equal(await desk.revoke(token), false)
  })
})

suite('guessing', () => {
  test('who failed too often has to wait, even with the right password', async () => {
    for (let i = 0; i < 5; i++) await refused('sign-in-failed', signIn(byPassword('wrong')))
    await refused('too-many-requests', signIn(byPassword()))
    await refused('too-many-requests', signIn(byPassword('wrong')))
  })

  test('the owner gets in from elsewhere', async () => {
    for (let i = 0; i < 5; i++) await refused('sign-in-failed', signIn(byPassword('wrong')))
    const { facts } = await signIn(byPassword(), DEFAULT, '198.51.100.7')
    assert.equal(facts.user.id, ANNA.id)
  })

  test('a user who does not exist is slowed down as one who does', async () => {
    const nobody = byPassword('wrong', { id: 'nobody' })
    for (let i = 0; i < 5; i++) await refused('sign-in-failed', signIn(nobody))
    await refused('too-many-requests', signIn(nobody))
  })

  test('secrets of access keys are slowed down as well', async () => {
    for (let i = 0; i < 5; i++) {
      await refused('sign-in-failed', signIn(byAccessKey(ANNA_KEY, 'wrong')))
    }
    await refused('too-many-requests', signIn(byAccessKey()))
  })

  test('many guesses at once are no more guesses than one after the other', async () => {
    const guesses = Array.from({ length: 40 }, () => signIn(byPassword('wrong')))
    const kinds = (await Promise.allSettled(guesses)).map((guess) => {
      assert.ok(guess.status === 'rejected' && guess.reason instanceof Fault)
      return guess.reason.kind
    })
    const judged = kinds.filter((kind) => kind === 'sign-in-failed').length
    assert.ok(judged >= 5 && judged <= 6, `${judged} were judged`)
    assert.equal(kinds.filter((kind) => kind === 'too-many-requests').length, 40 - judged)
  })

  test('many right ones at once all get in', async () => {
    const passwordHash = await hashPassword(secretOf('another password'))
    await addUser('bert', { passwordHash })
    const bert = byPassword('another password', { id: 'user-bert' })
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(bert)))
    assert.ok(answers.every(({ facts }) => facts.user.name === 'bert'))
  })
})
