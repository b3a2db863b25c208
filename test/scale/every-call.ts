import { randomUUID } from 'node:crypto'
import type { AccessPoint } from '../../src/core/access-point.ts'
import type { Grant } from '../../src/core/grant.ts'
import {
  type AccessKeyId,
  FIRST_VERSION,
  type KeyId,
  type MaterialId,
  nextVersion,
  type UserId,
  type VersionNumber,
} from '../../src/core/ids.ts'
import type { Key } from '../../src/core/key.ts'
import type { KeyPolicy } from '../../src/core/key-policy.ts'
import { scheduleDeletion } from '../../src/core/key-state.ts'
import { rotate } from '../../src/core/rotation.ts'
import { DAY_MS, days, type EpochMs } from '../../src/core/time.ts'
import type { OutgoingEvent } from '../../src/ports/event-outbox.ts'
import type { StoredKey, StoredKeyVersion } from '../../src/ports/key-store.ts'
import type { KeySearch, SearchPlace } from '../../src/ports/key-table.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { aKey } from '../a-key.ts'
import { KEYSPACE, NOW, PROJECT, RARE, TENANT } from './crowded-store.ts'
import type { Filled } from './fill-store.ts'
import { guardCalls } from './guard-calls.ts'
import { outboxCalls } from './outbox-calls.ts'
import { settingCalls } from './setting-calls.ts'

/** One call of one method of a store. */
export interface Call {
  /** Store and method, such as `keys.find`. */
  readonly method: string
  /** What is special about it. */
  readonly about?: string
  readonly run: () => Promise<unknown>
}

const LIMIT = 5
const page = { after: 0, limit: LIMIT }
const bytes = () => Buffer.from(randomUUID())
const later = (NOW + 1) as EpochMs

/** Calls of every method of every store, on one that `crowd` has filled with so many rows. */
export function everyCall(storage: Storage, filled: Filled, rows: number): readonly Call[] {
  const { keys, grants, labels, trust, keystores, replicas, identity, changes } = storage
  const { checkpoints, meta, table, usage, retired, rotationLimits } = storage
  const { versioned } = filled
  if (versioned === undefined) throw new Error('the store lacks the key with many versions')

  const stored = async (n: number): Promise<StoredKey> => {
    const found = await keys.find(filled.keyId(n))
    if (found === undefined) throw new Error(`key ${n} is gone`)
    return found
  }
  const versionOf = ({ id: keyId }: Key, version: VersionNumber): StoredKeyVersion => ({
    keyId,
    version,
    materialId: randomUUID() as MaterialId,
    origin: 'external',
    wrappedMaterial: bytes(),
    createdAt: NOW,
    wrappedDigest: bytes(),
    expiresAt: later,
  })
  const someKey = (): Key =>
    aKey({ id: randomUUID() as KeyId, projectId: PROJECT, alias: randomUUID() })
  const second = nextVersion(FIRST_VERSION)
  const outgoingOf = (keyId: KeyId): OutgoingEvent => ({
    id: randomUUID(),
    type: 'key.version_retired',
    keyId,
    body: '{}',
    createdAt: NOW,
    isWanted: true,
    keepUntil: undefined,
  })
  const aGrant = (keyId: KeyId): Grant => ({
    id: randomUUID(),
    keyId,
    projectId: PROJECT,
    name: undefined,
    grantee: 'grantee-1',
    granteeKind: 'user',
    operations: ['describe-key'],
    retiring: 'everybody',
    issuing: 'user-0' as UserId,
    createdAt: NOW,
  })
  const policy: KeyPolicy = {
    id: 'policy-0',
    projectId: PROJECT,
    keyspaceId: KEYSPACE,
    name: 'n',
    document: '{}',
    description: '',
    createdBy: 'u',
    createdAt: NOW,
    modifiedAt: NOW,
    accessedAt: NOW,
  }
  const point: AccessPoint = {
    id: 'point-0',
    projectId: PROJECT,
    keyspaceId: KEYSPACE,
    name: 'n',
    kind: 'custom',
    isEnabled: true,
    publicKey: undefined,
    clusterId: undefined,
    description: '',
    createdBy: 'u',
    createdAt: NOW,
    modifiedAt: NOW,
  }
  const spacePage = { projectId: PROJECT, keyspaceId: KEYSPACE, limit: LIMIT }
  const alias = { alias: 'new', projectId: PROJECT, keyId: filled.keyId(3), createdAt: NOW }
  const tags = [
    { name: 'team', value: 'team-1' },
    { name: 'serial', value: 'x' },
  ]
  const filters = [
    {},
    { spec: 'SM4' },
    { state: 'disabled' },
    { spec: 'SM4', state: 'disabled' },
    { enterpriseProjectId: '0' },
    { enterpriseProjectId: 'rare' },
    { enterpriseProjectId: 'rare', spec: 'SM4' },
    { enterpriseProjectId: 'rare', state: 'disabled' },
    { enterpriseProjectId: 'rare', spec: 'SM4', state: 'disabled' },
  ] as const
  const tag = (name: string, ...values: readonly string[]) => ({ name, values })
  const searches = [
    ['one value', [tag('team', 'team-1')]],
    ['values', [tag('team', 'team-1', 'team-2', 'none')]],
    ['any value', [tag('stage')]],
    ['any of many values', [tag('serial')]],
    ['tags', [tag('serial'), tag('stage'), tag('rare', 'yes')]],
    ['frequent tags', [tag('serial'), tag('stage', 'test')]],
    ['nothing', []],
    ['a name', [], `filled-${rows - 1}`],
    ['a name and a tag', [tag('rare')], 'filled'],
  ] as const

  return [
    ...filters.map((filter) => ({
      method: 'keys.page',
      about: JSON.stringify(filter),
      run: () => keys.page(PROJECT, filter, page),
    })),
    ...searches.flatMap(([about, wanted, nameContains]) => {
      const filter = { tags: wanted, nameContains }
      return [
        { method: 'labels.pageTagged', about, run: () => labels.pageTagged(PROJECT, filter, page) },
        {
          method: 'labels.numbersTagged',
          about,
          run: () => labels.numbersTagged(PROJECT, filter, page),
        },
        { method: 'labels.countTagged', about, run: () => labels.countTagged(PROJECT, filter) },
      ]
    }),
    ...searchesOfTable(rows).map(([about, search, after]) => ({
      method: 'table.search',
      about,
      run: () => table.search(PROJECT, search, { after, limit: LIMIT }, later),
    })),
    {
      method: 'table.newestVersions',
      run: () => table.newestVersions(versioned, { before: 10, limit: LIMIT }),
    },
    {
      method: 'table.newestEvents',
      run: () => table.newestEvents(PROJECT, { from: NOW, to: later }, { limit: LIMIT }),
    },
    {
      method: 'table.newestEvents',
      about: 'after a place',
      run() {
        const place = { at: later, keyId: versioned, toVersion: second }
        return table.newestEvents(PROJECT, { from: NOW }, { before: place, limit: LIMIT })
      },
    },
    { method: 'table.rotationDays', run: () => table.rotationDays(PROJECT, NOW, later) },
    {
      method: 'table.overdueRotations',
      run: () => table.overdueRotations(PROJECT, later, LIMIT),
    },
    {
      method: 'usage.add',
      run: () =>
        usage.add(
          [1, 2].map((n) => ({
            keyId: filled.keyId(n),
            version: FIRST_VERSION,
            protectCount: 1,
            protectBytes: 4,
            openCount: 1,
            lastUsedAt: later,
          })),
        ),
    },
    {
      method: 'usage.ofVersions',
      run: () => usage.ofVersions(filled.keyId(1), FIRST_VERSION, second),
    },
    { method: 'retired.find', run: () => retired.find(filled.keyId(1), FIRST_VERSION) },
    {
      method: 'retired.ofVersions',
      run: () => retired.ofVersions(filled.keyId(1), FIRST_VERSION, second),
    },
    {
      method: 'retired.restore',
      run: () => retired.restore(versioned, FIRST_VERSION, outgoingOf(versioned)),
    },
    {
      method: 'retired.retire',
      async run() {
        const seen = await keys.find(versioned)
        if (seen === undefined) throw new Error('the key with many versions is gone')
        const retirement = { at: NOW, by: 'user-0', note: '' }
        const outcome = await retired.retire(seen, FIRST_VERSION, retirement, outgoingOf(versioned))
        if (outcome !== 'retired') throw new Error(outcome)
      },
    },
    { method: 'rotationLimits.find', run: () => rotationLimits.find(filled.keyId(1)) },
    {
      method: 'rotationLimits.put',
      run: () => rotationLimits.put(filled.keyId(1), { maxUses: 5 }),
    },
    ...(['store', 'token'] as const).map((home) => ({
      method: 'rotationLimits.reached',
      about: home,
      run: () => rotationLimits.reached(home, LIMIT),
    })),
    {
      method: 'rotationLimits.reached',
      about: 'after a place',
      run: () => rotationLimits.reached('store', LIMIT, { dueAt: NOW, keyId: filled.keyId(2) }),
    },
    {
      method: 'rotationLimits.forget',
      run: () => rotationLimits.forget(filled.keyId(2), FIRST_VERSION),
    },
    ...settingCalls(storage, filled),
    { method: 'keys.find', run: () => keys.find(filled.keyId(1)) },
    {
      method: 'keys.findDestroyed',
      run: () => keys.findDestroyed('destroyed-7' as KeyId),
    },
    { method: 'keys.findVersion', run: () => keys.findVersion(versioned, second) },
    { method: 'keys.findByAlias', run: () => keys.findByAlias(PROJECT, 'filled-3') },
    { method: 'keys.versionsOf', run: () => keys.versionsOf(versioned, page) },
    { method: 'keys.importedVersions', run: () => keys.importedVersions(versioned, LIMIT) },
    { method: 'keys.findWaiting', run: () => keys.findWaiting(filled.keyId(1)) },
    ...(['store', 'token'] as const).flatMap((home) => [
      {
        method: 'keys.dueForRotation',
        about: home,
        run: () => keys.dueForRotation(home, NOW, LIMIT),
      },
      {
        method: 'keys.dueForDeletion',
        about: home,
        run: () => keys.dueForDeletion(home, NOW, LIMIT),
      },
    ]),
    { method: 'keys.rotateDue', run: () => keys.rotateDue(NOW, LIMIT, () => undefined) },
    { method: 'keys.destroyDue', run: () => keys.destroyDue(NOW, LIMIT) },
    { method: 'keys.dueForExpiry', run: () => keys.dueForExpiry(NOW, LIMIT) },
    { method: 'keys.nextDueAt', run: () => keys.nextDueAt() },
    { method: 'keys.overdueRotations', run: () => keys.overdueRotations(later, LIMIT) },
    { method: 'keys.rotationEvents', run: () => keys.rotationEvents(PROJECT, versioned, page) },
    { method: 'keys.tallies', run: () => keys.tallies(PROJECT) },
    { method: 'keys.tallies', about: 'all', run: () => keys.tallies(undefined) },
    {
      method: 'keys.insert',
      async run() {
        const key = someKey()
        await keys.insert(key, [versionOf(key, FIRST_VERSION)], 1e9, tags)
      },
    },
    {
      method: 'keys.replace',
      async run() {
        const seen = await stored(1)
        await keys.replace(seen, { ...seen.key, alias: 'renamed', state: { kind: 'disabled' } })
      },
    },
    {
      method: 'keys.rotate',
      async run() {
        const seen = await stored(2)
        const { key, event } = rotate(seen.key, 'demand', 'u', NOW)
        const primary: Key = { ...key, regional: { kind: 'primary' } }
        await keys.rotate(seen, primary, versionOf(key, event.toVersion), event)
      },
    },
    {
      method: 'keys.putReplicated',
      async run() {
        const seen = await stored(3)
        await keys.putReplicated(seen, seen.key, [versionOf(seen.key, second)])
      },
    },
    {
      method: 'keys.destroy',
      async run() {
        const seen = await stored(5)
        const past = (NOW - 8 * DAY_MS) as EpochMs
        await keys.replace(seen, scheduleDeletion(seen.key, days(7), past))
        const outcome = await keys.destroy(await stored(5), NOW)
        if (outcome !== 'destroyed') throw new Error(outcome)
      },
    },
    {
      method: 'keys.putImported',
      async run() {
        const seen = await stored(6)
        await keys.putImported(seen, seen.key, versionOf(seen.key, FIRST_VERSION))
      },
    },
    {
      method: 'keys.putWaiting',
      async run() {
        const seen = await stored(6)
        await keys.putWaiting(seen, versionOf(seen.key, second))
      },
    },
    {
      method: 'keys.expireMaterial',
      async run() {
        const seen = await stored(6)
        await keys.expireMaterial(seen, seen.key, FIRST_VERSION)
      },
    },
    {
      method: 'keys.deleteMaterial',
      async run() {
        const seen = await stored(6)
        await keys.deleteMaterial(seen, seen.key)
      },
    },

    {
      method: 'grants.insert',
      async run() {
        const seen = await stored(7)
        const quota = { perKey: 100, perGrantee: 100 }
        const outcome = await grants.insert(seen, aGrant(seen.key.id), quota)
        if (outcome !== 'inserted') throw new Error(outcome)
      },
    },
    { method: 'grants.find', run: () => grants.find('grant-9') },
    {
      method: 'grants.remove',
      run: () => grants.remove({ ...aGrant(filled.keyId(9)), id: 'grant-9' }),
    },
    { method: 'grants.ofKey', run: () => grants.ofKey(filled.keyId(7)) },
    { method: 'grants.pageOfKey', run: () => grants.pageOfKey(filled.keyId(7), page) },
    { method: 'grants.countOfKey', run: () => grants.countOfKey(filled.keyId(7)) },
    {
      method: 'grants.pageRetirable',
      run: () => grants.pageRetirable(['everybody', 'nobody'], page),
    },
    { method: 'grants.countRetirable', run: () => grants.countRetirable(['everybody', 'nobody']) },

    {
      method: 'labels.insertAlias',
      run: () => labels.insertAlias({ ...alias, updatedAt: NOW }, 50),
    },
    {
      method: 'labels.moveAlias',
      run: () => labels.moveAlias(PROJECT, 'new', filled.keyId(4), NOW, 50),
    },
    { method: 'labels.pageAliases', run: () => labels.pageAliases(PROJECT, undefined, page) },
    {
      method: 'labels.pageAliases',
      about: 'of a key',
      run: () => labels.pageAliases(PROJECT, filled.keyId(rows - 1), page),
    },
    { method: 'labels.removeAliases', run: () => labels.removeAliases(filled.keyId(4), ['new']) },
    {
      method: 'labels.changeTags',
      async run() {
        await labels.changeTags(await stored(8), () => tags)
      },
    },
    { method: 'labels.tagsOf', run: () => labels.tagsOf(filled.keyId(8)) },
    { method: 'labels.tagsOfProject', run: () => labels.tagsOfProject(PROJECT, LIMIT) },

    {
      method: 'trust.insertPolicy',
      run: () => trust.insertPolicy({ ...policy, id: randomUUID() }),
    },
    { method: 'trust.findPolicy', run: () => trust.findPolicy('policy-0') },
    { method: 'trust.replacePolicy', run: () => trust.replacePolicy(policy) },
    { method: 'trust.pagePolicies', run: () => trust.pagePolicies({ ...spacePage, afterId: 'p' }) },
    { method: 'trust.removePolicy', run: () => trust.removePolicy('policy-0') },
    {
      method: 'trust.insertAccessPoint',
      run: () => trust.insertAccessPoint({ ...point, id: randomUUID() }, bytes()),
    },
    { method: 'trust.findAccessPoint', run: () => trust.findAccessPoint('point-0') },
    {
      method: 'trust.enableAccessPoint',
      run: () => trust.enableAccessPoint('point-0', false, NOW),
    },
    { method: 'trust.takePrivateKey', run: () => trust.takePrivateKey('point-0') },
    {
      method: 'trust.pageAccessPoints',
      run: () => trust.pageAccessPoints({ ...spacePage, afterId: undefined }),
    },
    { method: 'trust.removeAccessPoint', run: () => trust.removeAccessPoint('point-0') },

    {
      method: 'keystores.insert',
      run: () =>
        keystores.insert({
          id: randomUUID(),
          projectId: PROJECT,
          tenantId: TENANT,
          alias: 'another',
          kind: 'DHSM',
          clusterId: 'c',
          isEnabled: true,
          createdAt: NOW,
        }),
    },
    { method: 'keystores.find', run: () => keystores.find('keystore-1') },
    { method: 'keystores.enable', run: () => keystores.enable('keystore-1', false) },
    { method: 'keystores.page', run: () => keystores.page(PROJECT, page) },
    { method: 'keystores.numbers', run: () => keystores.numbers(PROJECT, page) },
    { method: 'keystores.count', run: () => keystores.count(PROJECT) },
    { method: 'keystores.remove', run: () => keystores.remove('keystore-1') },
    {
      method: 'keystores.insertPin',
      run: () => keystores.insertPin(bytes(), PROJECT, 'keystore-2', NOW),
    },
    { method: 'keystores.spendPin', run: () => keystores.spendPin(bytes(), PROJECT, 'keystore-2') },

    {
      method: 'replicas.put',
      run: () =>
        replicas.put({
          keyId: filled.keyId(7),
          region: 'r',
          peerProjectId: 'p',
          peerKeyId: filled.keyId(7),
          syncedVersion: 1,
        }),
    },
    { method: 'replicas.ofKey', run: () => replicas.ofKey(filled.keyId(7)) },
    { method: 'replicas.findByPeerKey', run: () => replicas.findByPeerKey('peer-1' as KeyId) },
    { method: 'replicas.markPending', run: () => replicas.markPending(filled.keyId(7), NOW) },
    { method: 'replicas.pending', run: () => replicas.pending(LIMIT) },
    { method: 'replicas.clearPending', run: () => replicas.clearPending(filled.keyId(7), NOW) },
    {
      method: 'replicas.remove',
      async run() {
        for (const replica of await replicas.ofKey(filled.keyId(7))) await replicas.remove(replica)
      },
    },

    { method: 'identity.findTenant', run: () => identity.findTenant(TENANT) },
    { method: 'identity.findTenantByName', run: () => identity.findTenantByName('tenant-1') },
    { method: 'identity.listTenants', run: () => identity.listTenants(2) },
    {
      method: 'identity.insertTenant',
      run: () => identity.insertTenant({ id: 'new' as never, name: 'new' }),
    },
    { method: 'identity.findProject', run: () => identity.findProject(PROJECT) },
    { method: 'identity.findProjectsByName', run: () => identity.findProjectsByName('project-1') },
    { method: 'identity.listProjects', run: () => identity.listProjects(TENANT) },
    {
      method: 'identity.insertProject',
      run: () => identity.insertProject({ id: 'new' as never, tenantId: TENANT, name: 'new' }),
    },
    { method: 'identity.findUser', run: () => identity.findUser('user-1' as UserId) },
    { method: 'identity.findUserByName', run: () => identity.findUserByName(TENANT, 'user-0') },
    { method: 'identity.listUsers', run: () => identity.listUsers(TENANT) },
    ...(['insertUser', 'replaceUser'] as const).map((name) => ({
      method: `identity.${name}`,
      run: () =>
        identity[name]({
          id: 'new' as UserId,
          tenantId: TENANT,
          name: 'new',
          passwordHash: undefined,
          enabled: true,
          defaultProjectId: undefined,
          tokensValidFrom: NOW,
        }),
    })),
    {
      method: 'identity.insertAccessKey',
      run: () =>
        identity.insertAccessKey({
          id: 'new' as AccessKeyId,
          userId: 'new' as UserId,
          wrappedSecret: bytes(),
          enabled: true,
          createdAt: NOW,
        }),
    },
    { method: 'identity.findAccessKey', run: () => identity.findAccessKey('new' as AccessKeyId) },
    { method: 'identity.listAccessKeys', run: () => identity.listAccessKeys('new' as UserId) },
    {
      method: 'identity.removeAccessKey',
      run: () => identity.removeAccessKey('new' as AccessKeyId),
    },
    { method: 'identity.findPolicy', run: () => identity.findPolicy(TENANT, 'policy') },
    { method: 'identity.listPolicies', run: () => identity.listPolicies(TENANT) },
    {
      method: 'identity.putPolicy',
      run: () => identity.putPolicy({ tenantId: TENANT, name: 'new', document: '{}' }),
    },
    ...(['insertAssignment', 'removeAssignment'] as const).map((name) => ({
      method: `identity.${name}`,
      run: () => identity[name]({ userId: 'user-0' as UserId, projectId: PROJECT, role: 'new' }),
    })),
    { method: 'identity.listAssignments', run: () => identity.listAssignments('user-0' as UserId) },
    { method: 'identity.removePolicy', run: () => identity.removePolicy(TENANT, 'new') },
    { method: 'identity.removeUser', run: () => identity.removeUser('new' as UserId) },
    {
      method: 'identity.revokeToken',
      run: () => identity.revokeToken({ tokenId: 'new', expiresAt: later }),
    },
    { method: 'identity.listRevokedTokens', run: () => identity.listRevokedTokens(NOW) },
    { method: 'identity.forgetRevokedTokens', run: () => identity.forgetRevokedTokens(NOW) },

    { method: 'changes.latest', run: () => changes.latest() },
    { method: 'changes.since', run: () => changes.since(rows - RARE, LIMIT) },
    { method: 'changes.forget', run: () => changes.forget(NOW) },

    {
      method: 'checkpoints.put',
      run: () =>
        checkpoints.put({ chain: 'third', count: 1, head: bytes(), signature: bytes(), at: NOW }),
    },
    { method: 'checkpoints.register', run: () => checkpoints.register('third', 'node/0') },
    { method: 'checkpoints.chainsOf', run: () => checkpoints.chainsOf('node/0') },
    { method: 'checkpoints.newest', run: () => checkpoints.newest('first') },
    { method: 'checkpoints.list', run: () => checkpoints.list('first') },
    { method: 'meta.put', run: () => meta.put('fact', 'x') },
    { method: 'meta.settle', run: () => meta.settle('fact', 'y') },
    { method: 'meta.get', run: () => meta.get('fact') },
    ...outboxCalls(storage),
    ...guardCalls(storage),
  ]
}

/** Searches of a table of keys, by what is special about them, and where they go on. */
function searchesOfTable(
  rows: number,
): readonly (readonly [string, KeySearch, SearchPlace | undefined])[] {
  const sorts = ['created', 'alias', 'nextRotation', 'lastRotation'] as const
  const orders = ['asc', 'desc'] as const
  const filters: readonly Partial<KeySearch>[] = [
    {},
    { state: 'enabled' },
    { spec: 'SM4' },
    { rotation: 'off' },
    { rotation: 'never' },
    { tag: { name: 'rare' } },
    { tag: { name: 'team', value: 'team-1' } },
    { aliasPrefix: 'filled-1' },
    { aliasPrefix: 'filled-versions' },
    { state: 'enabled', spec: 'AES_256', rotation: 'on', tag: { name: 'serial' } },
  ]
  const at = { number: rows / 2, id: '88888888-8888-4888-8888-888888888888' as KeyId }
  const places = {
    created: { value: null, ...at },
    alias: { value: `filled-${rows / 2}`, ...at },
    nextRotation: { value: NOW, ...at },
    lastRotation: { value: NOW, ...at },
  } as const
  return sorts.flatMap((sort) =>
    orders.flatMap((order) => [
      ...filters.map(
        (filter) =>
          [
            `${JSON.stringify(filter)} ${sort} ${order}`,
            { ...filter, sort, order },
            undefined,
          ] as const,
      ),
      [`${sort} ${order} on`, { sort, order }, places[sort]] as const,
    ]),
  )
}

/** Every method of every store: what {@link everyCall} must have. */
export function everyMethod(storage: Storage): readonly string[] {
  return Object.entries(storage).flatMap(([store, methods]) =>
    typeof methods === 'function' ? [] : Object.keys(methods).map((method) => `${store}.${method}`),
  )
}
