import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { AccessKeyId, ProjectId, TenantId, UserId } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { IdentityStore, Project, StoredAccessKey, Tenant, User } from './identity-store.ts'

/** Stores under test. */
export interface OpenIdentityStore {
  readonly identity: IdentityStore
  readonly changes: ChangeFeed
  readonly close: () => Promise<void>
}

/** What every identity store promises. */
export function identityStoreConformance(
  name: string,
  open: () => Promise<OpenIdentityStore>,
): void {
  describe(`identity store: ${name}`, () => {
    let opened: OpenIdentityStore
    let store: IdentityStore
    before(async () => {
      opened = await open()
      store = opened.identity
    })
    after(() => opened.close())

    const id = () => randomUUID().replaceAll('-', '')
    const aTenant = async (): Promise<Tenant> => {
      const tenant = { id: id() as TenantId, name: `tenant ${id()}` }
      assert.equal(await store.insertTenant(tenant), true)
      return tenant
    }
    const aProject = async (tenantId: TenantId, projectName = id()): Promise<Project> => {
      const project = { id: id() as ProjectId, tenantId, name: projectName }
      assert.equal(await store.insertProject(project), true)
      return project
    }
    const aUser = async (tenantId: TenantId, changes: Partial<User> = {}): Promise<User> => {
      const user: User = {
        id: id() as UserId,
        tenantId,
        name: id(),
        passwordHash: '$argon2id$x',
        enabled: true,
        defaultProjectId: undefined,
        tokensValidFrom: 0 as EpochMs,
        ...changes,
      }
      assert.equal(await store.insertUser(user), true)
      return user
    }
    const anAccessKey = async (userId: UserId): Promise<StoredAccessKey> => {
      const accessKey: StoredAccessKey = {
        id: id().slice(0, 20).toUpperCase() as AccessKeyId,
        userId,
        wrappedSecret: Uint8Array.from([0, 255, 7]),
        enabled: true,
        createdAt: 4_102_444_800_000 as EpochMs,
      }
      assert.equal(await store.insertAccessKey(accessKey), true)
      return accessKey
    }
    const plain = (accessKey: StoredAccessKey | undefined) =>
      accessKey && { ...accessKey, wrappedSecret: [...accessKey.wrappedSecret] }

    test('tenants', async () => {
      const tenant = await aTenant()
      assert.deepEqual(await store.findTenant(tenant.id), tenant)
      assert.deepEqual(await store.findTenantByName(tenant.name), tenant)
      assert.equal(await store.findTenant('x' as TenantId), undefined)
      assert.equal(await store.insertTenant(tenant), false)
      assert.equal(await store.insertTenant({ ...tenant, id: id() as TenantId }), false)
      assert.ok((await store.listTenants(10_000)).some((listed) => listed.id === tenant.id))
    })

    test('projects: a name is unique in its tenant', async () => {
      const [one, two] = [await aTenant(), await aTenant()]
      const project = await aProject(one.id, 'eu-de')
      const twin = await aProject(two.id, 'eu-de')
      assert.equal(await store.insertProject({ ...project, id: id() as ProjectId }), false)
      assert.deepEqual(await store.findProject(project.id), project)
      const found = await store.findProjectsByName('eu-de')
      assert.deepEqual(found.map((p) => p.id).sort(), [project.id, twin.id].sort())
      assert.deepEqual(await store.listProjects(one.id), [project])
    })

    test('users', async () => {
      const tenant = await aTenant()
      const project = await aProject(tenant.id)
      const user = await aUser(tenant.id, { defaultProjectId: project.id, name: '张三' })
      const bare = await aUser(tenant.id, { passwordHash: undefined, enabled: false })
      assert.deepEqual(await store.findUser(user.id), user)
      assert.deepEqual(await store.findUser(bare.id), bare)
      assert.deepEqual(await store.findUserByName(tenant.id, '张三'), user)
      assert.equal(await store.findUserByName('x' as TenantId, '张三'), undefined)
      assert.equal(await store.insertUser({ ...user, id: id() as UserId }), false)
      assert.equal((await store.listUsers(tenant.id)).length, 2)
      const changed: User = { ...user, enabled: false, tokensValidFrom: 5 as EpochMs }
      assert.equal(await store.replaceUser(changed), true)
      assert.deepEqual(await store.findUser(user.id), changed)
      assert.equal(await store.replaceUser({ ...user, id: 'x' as UserId }), false)
    })

    test('access keys', async () => {
      const { id: tenantId } = await aTenant()
      const user = await aUser(tenantId)
      const accessKey = await anAccessKey(user.id)
      assert.deepEqual(plain(await store.findAccessKey(accessKey.id)), plain(accessKey))
      assert.equal(await store.insertAccessKey(accessKey), false)
      assert.equal((await store.listAccessKeys(user.id)).length, 1)
      assert.equal(await store.removeAccessKey(accessKey.id), true)
      assert.equal(await store.removeAccessKey(accessKey.id), false)
      assert.equal(await store.findAccessKey(accessKey.id), undefined)
    })

    test('a removed user leaves nothing behind', async () => {
      const { id: tenantId } = await aTenant()
      const user = await aUser(tenantId)
      const accessKey = await anAccessKey(user.id)
      await store.insertAssignment({ userId: user.id, projectId: undefined, role: 'r' })
      assert.equal(await store.removeUser(user.id), true)
      assert.equal(await store.removeUser(user.id), false)
      assert.equal(await store.findAccessKey(accessKey.id), undefined)
      assert.deepEqual(await store.listAssignments(user.id), [])
    })

    test('policies and assignments', async () => {
      const { id: tenantId } = await aTenant()
      const user = await aUser(tenantId)
      const project = await aProject(tenantId)
      await store.putPolicy({ tenantId, name: 'p', document: '{"old":1}' })
      await store.putPolicy({ tenantId, name: 'p', document: '{"new":1}' })
      assert.equal((await store.findPolicy(tenantId, 'p'))?.document, '{"new":1}')
      assert.equal((await store.listPolicies(tenantId)).length, 1)
      const here = { userId: user.id, projectId: project.id, role: 'p' }
      const everywhere = { userId: user.id, projectId: undefined, role: 'KMS Administrator' }
      assert.equal(await store.insertAssignment(here), true)
      assert.equal(await store.insertAssignment(here), false)
      assert.equal(await store.insertAssignment(everywhere), true)
      assert.deepEqual(await store.listAssignments(user.id), [everywhere, here])
      assert.equal(await store.removePolicy(tenantId, 'p'), true)
      assert.equal(await store.removePolicy(tenantId, 'p'), false)
      assert.deepEqual(await store.listAssignments(user.id), [everywhere])
      assert.equal(await store.removeAssignment(everywhere), true)
      assert.equal(await store.removeAssignment(everywhere), false)
    })

    test('removing a policy leaves another tenant alone that has one of that name', async () => {
      const [one, two] = [await aTenant(), await aTenant()]
      const user = await aUser(two.id)
      for (const { id: tenantId } of [one, two]) {
        await store.putPolicy({ tenantId, name: 'same', document: '{}' })
      }
      await store.insertAssignment({ userId: user.id, projectId: undefined, role: 'same' })
      await store.removePolicy(one.id, 'same')
      assert.equal((await store.listAssignments(user.id)).length, 1)
      assert.ok(await store.findPolicy(two.id, 'same'))
    })

    test('revoked tokens, until they would have expired', async () => {
      await store.revokeToken({ tokenId: 'a', expiresAt: 100 as EpochMs })
      await store.revokeToken({ tokenId: 'a', expiresAt: 100 as EpochMs })
      await store.revokeToken({ tokenId: 'b', expiresAt: 200 as EpochMs })
      const listed = await store.listRevokedTokens(100 as EpochMs)
      assert.deepEqual(listed, [{ tokenId: 'b', expiresAt: 200 }])
      assert.equal(await store.forgetRevokedTokens(150 as EpochMs), 1)
      assert.equal((await store.listRevokedTokens(0 as EpochMs)).length, 1)
    })

    test('each write tells the change log what it touched, and none that changed nothing', async () => {
      const from = await opened.changes.latest()
      const tenant = await aTenant()
      const project = await aProject(tenant.id)
      const user = await aUser(tenant.id)
      const accessKey = await anAccessKey(user.id)
      await store.insertAccessKey(accessKey)
      await store.putPolicy({ tenantId: tenant.id, name: 'q', document: '{}' })
      await store.insertAssignment({ userId: user.id, projectId: project.id, role: 'q' })
      await store.revokeToken({ tokenId: 'c', expiresAt: 1 as EpochMs })
      await store.removeUser(user.id)
      await store.removeUser(user.id)
      const changes = await opened.changes.since(from, 100)
      assert.deepEqual(
        changes.map(({ kind, id: changed }) => [kind, changed]),
        [
          ['tenant', tenant.id],
          ['project', project.id],
          ['user', user.id],
          ['accessKey', accessKey.id],
          ['policy', 'q'],
          ['user', user.id],
          ['token', 'c'],
          ['user', user.id],
        ],
      )
      const numbers = changes.map(({ number }) => number)
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      )
      assert.deepEqual(await opened.changes.since(from, 2), changes.slice(0, 2))
      assert.equal(await opened.changes.latest(), numbers.at(-1))
      const forgotten = await opened.changes.forget((Date.now() + 1000) as EpochMs)
      assert.ok(forgotten >= changes.length - 1)
      assert.deepEqual(await opened.changes.since(0, 100), changes.slice(-1), 'the newest stays')
      await aTenant()
      assert.ok((await opened.changes.latest()) > (numbers.at(-1) ?? 0), 'numbers never come again')
    })
  })
}
