import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { DEFAULT_ROLE_MAP, KeystoneIdentity } from '../../src/auth/keystone-identity.ts'
import type { Caller } from '../../src/core/caller.ts'
import { Fault, type FaultKind } from '../../src/core/fault.ts'
import type { ProjectId } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { type RunningKeystone, startKeystone, whyNoKeystone } from './start-keystone.ts'

const skip = whyNoKeystone() ?? false
const CACHE_MS = 2000

suite('a real Keystone', { skip }, () => {
  const password = randomBytes(24).toString('base64url')
  let keystone: RunningKeystone
  let adminToken: string
  let projectId: ProjectId
  let skewMs = 0
  let identity: KeystoneIdentity

  before(async () => {
    keystone = await startKeystone(password)
    identity = new KeystoneIdentity({
      url: keystone.url,
      timeoutMs: 10_000,
      cacheMs: CACHE_MS,
      roleMap: DEFAULT_ROLE_MAP,
      clock: { now: () => (Date.now() + skewMs) as EpochMs },
    })
    adminToken = (await signIn('admin', IN_ADMIN_PROJECT)).token
    const project = await call('POST', '/v3/projects', { project: { name: 'test-region' } })
    projectId = idIn(project, 'project') as ProjectId
  })
  after(() => keystone?.stop())

  /** Signs in at Keystone itself, by password. */
  async function signIn(name: string, scope: unknown) {
    const user = { name, domain: { id: 'default' }, password }
    const auth = { identity: { methods: ['password'], password: { user } }, scope }
    const response = await fetch(`${keystone.url}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth }),
    })
    const body: unknown = await response.json()
    assert.equal(response.status, 201)
    const token = response.headers.get('x-subject-token')
    assert.ok(token)
    return { token, body }
  }

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${keystone.url}${path}`, {
      method,
      headers: { 'X-Auth-Token': adminToken, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** A new user with `roleName` in the project. */
  async function addUser(name: string, roleName: string): Promise<string> {
    const user = await call('POST', '/v3/users', { user: { name, password } })
    const userId = idIn(user, 'user')
    const { roles } = (await call('GET', `/v3/roles?name=${roleName}`)) as {
      roles: readonly { id: string }[]
    }
    await call('PUT', `/v3/projects/${projectId}/users/${userId}/roles/${roles[0]?.id}`)
    return userId
  }

  async function authenticate(token: string, project?: ProjectId): Promise<Caller> {
    return await identity.authenticate({ token, signed: undefined, projectId: project })
  }

  test('a token of a member is good for its user, its project and its rights', async () => {
    const userId = await addUser('member-1', 'member')
    const { token } = await signIn('member-1', { project: { id: projectId } })
    const caller = await authenticate(token, projectId)
    assert.equal(caller.userId, userId)
    assert.equal(caller.userName, 'member-1')
    assert.equal(caller.tenantId, 'default')
    assert.equal(caller.tenantName, 'Default')
    assert.deepEqual(caller.project, { id: projectId, name: 'test-region' })
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'allow')
    assert.equal(caller.rights.verdictOf('keyturn:server:read'), 'none')
    assert.equal(caller.credential.kind, 'token')
  })

  test('a token of a reader may look and no more', async () => {
    await addUser('reader-1', 'reader')
    const { token } = await signIn('reader-1', { project: { id: projectId } })
    const { rights } = await authenticate(token, projectId)
    assert.equal(rights.verdictOf('kms:cmk:list'), 'allow')
    assert.equal(rights.verdictOf('kms:cmk:create'), 'none')
  })

  test('a token of an administrator may do everything, in its own project only', async () => {
    const caller = await authenticate(adminToken)
    assert.equal(caller.userName, 'admin')
    assert.equal(caller.rights.verdictOf('kms:cmk:create'), 'allow')
    assert.equal(caller.rights.verdictOf('keyturn:server:read'), 'allow')
    await refused('project-mismatch', authenticate(adminToken, projectId))
  })

  test('the token ends when Keystone says so', async () => {
    const { token, body } = await signIn('admin', IN_ADMIN_PROJECT)
    const { credential } = await authenticate(token)
    const { expires_at: expiresAt } = (body as { token: { expires_at: string } }).token
    assert.ok(credential.kind === 'token')
    assert.equal(credential.expiresAt, Date.parse(expiresAt))
    assert.ok(credential.expiresAt > Date.now())
  })

  test('an unscoped token has neither project nor rights', async () => {
    const { token } = await signIn('admin', 'unscoped')
    const caller = await authenticate(token)
    assert.equal(caller.project, undefined)
    assert.equal(caller.rights.verdictOf('kms:cmk:list'), 'none')
    await refused('token-without-project', authenticate(token, projectId))
  })

  test('what is no token is refused', async () => {
    await refused('token-invalid', authenticate('no-token-at-all'))
    await refused('token-invalid', authenticate(`gAAAAAB${'x'.repeat(176)}`))
    await refused('token-invalid', authenticate(`${adminToken.slice(0, -6)}AAAAAA`))
  })

  test('a revoked token is refused once it is no longer remembered', async () => {
    const { token } = await signIn('admin', IN_ADMIN_PROJECT)
    await authenticate(token)
    const revoked = await fetch(`${keystone.url}/v3/auth/tokens`, {
      method: 'DELETE',
      headers: { 'X-Auth-Token': adminToken, 'X-Subject-Token': token },
    })
    assert.equal(revoked.status, 204)
    skewMs += CACHE_MS + 1
    await refused('token-invalid', authenticate(token))
  })

  test('a disabled user is refused once it is no longer remembered', async () => {
    const userId = await addUser('member-2', 'member')
    const { token } = await signIn('member-2', { project: { id: projectId } })
    await authenticate(token, projectId)
    await call('PATCH', `/v3/users/${userId}`, { user: { enabled: false } })
    skewMs += CACHE_MS + 1
    await refused('token-invalid', authenticate(token, projectId))
  })
})

const IN_ADMIN_PROJECT = { project: { name: 'admin', domain: { id: 'default' } } }

function idIn(answer: unknown, name: string): string {
  return (answer as Readonly<Record<string, { readonly id: string }>>)[name]?.id ?? ''
}

async function refused(kind: FaultKind, answer: Promise<unknown>): Promise<void> {
  await assert.rejects(answer, (error) => error instanceof Fault && error.kind === kind)
}
