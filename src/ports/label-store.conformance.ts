import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { Grant } from '../core/grant.ts'
import type { ProjectId, UserId } from '../core/ids.ts'
import type { Key } from '../core/key.ts'
import { scheduleDeletion } from '../core/key-state.ts'
import { addDays, days, type EpochMs } from '../core/time.ts'
import type { Alias } from './label-store.ts'
import { atOnce, type OpenTwoStores, storedKey, type TwoStores } from './two-stores.conformance.ts'

const AT = 1 as EpochMs
const AMPLE = 50

function anAlias(key: Key, alias = `name-${randomUUID()}`): Alias {
  return { alias, projectId: key.projectId, keyId: key.id, createdAt: AT, updatedAt: AT }
}

/** What every store of aliases and tags promises. */
export function labelStoreConformance(name: string, open: OpenTwoStores): void {
  describe(`label store: ${name}`, () => {
    let stores: TwoStores
    before(async () => {
      stores = await open()
    })
    after(() => stores.close())

    test('an alias is one key’s, and no name that a key was made with', async () => {
      const { labels } = stores.one
      const [{ key }, { key: second }] = [await storedKey(stores.one), await storedKey(stores.one)]
      const alias = anAlias(key)
      assert.equal(await labels.insertAlias(alias, AMPLE), 'inserted')
      assert.equal(await labels.insertAlias({ ...alias, keyId: second.id }, AMPLE), 'alias-taken')
      assert.equal(await labels.insertAlias(anAlias(second, key.alias), AMPLE), 'alias-taken')
      const moved = await labels.moveAlias(key.projectId, alias.alias, second.id, 9 as EpochMs, 9)
      assert.deepEqual(moved, { ...alias, keyId: second.id, updatedAt: 9 })
      assert.equal(await labels.moveAlias(key.projectId, 'x', second.id, AT, 9), 'unknown')
      const page = await labels.pageAliases(key.projectId, second.id, { after: 0, limit: 9 })
      assert.deepEqual(
        page.map(({ value }) => value),
        [moved],
      )
    })

    test('the quota of aliases holds when many come at once', async () => {
      const { key } = await storedKey(stores.one)
      const outcomes = await atOnce(stores, 12, (storage) =>
        storage.labels.insertAlias(anAlias(key), 5),
      )
      assert.equal(outcomes.filter((outcome) => outcome === 'inserted').length, 5)
    })

    test('aliases go all or none, and once', async () => {
      const { labels } = stores.one
      const { key } = await storedKey(stores.one)
      const { key: another } = await storedKey(stores.one)
      const names = ['a', 'b', 'c'].map((letter) => `${letter}-${randomUUID()}`)
      for (const alias of names) await labels.insertAlias(anAlias(key, alias), AMPLE)
      assert.equal(await labels.removeAliases(key.id, [...names, 'another']), 'unknown')
      const page = { after: 0, limit: 9 }
      assert.equal((await labels.pageAliases(key.projectId, key.id, page)).length, 3)
      const outcomes = await atOnce(stores, 4, (storage, index) =>
        storage.labels.removeAliases(key.id, index < 2 ? names : names.toReversed()),
      )
      assert.deepEqual([...outcomes].sort(), ['removed', 'unknown', 'unknown', 'unknown'])

      for (const alias of names) await labels.insertAlias(anAlias(key, alias), AMPLE)
      const [moved, removed] = await Promise.all([
        stores.other.labels.moveAlias(key.projectId, names[1] ?? '', another.id, AT, 9),
        labels.removeAliases(key.id, names),
      ])
      const isRemoved = removed === 'removed'
      assert.notEqual(moved === 'unknown', !isRemoved, 'either it moved or they went')
      const left = await labels.pageAliases(key.projectId, key.id, page)
      assert.equal(left.length, isRemoved ? 0 : 2)
    })

    test('what would hang on a key that is gone is not stored, and who wanted it hears why', async () => {
      const { labels, grants, keys } = stores.one
      const seen = await storedKey(stores.one)
      const { key } = seen
      await keys.replace(seen, scheduleDeletion(key, days(7), key.createdAt))
      const doomed = (await keys.find(key.id)) ?? assert.fail()
      await keys.destroy(doomed, addDays(key.createdAt, days(7)))
      assert.equal(await labels.insertAlias(anAlias(key), AMPLE), 'key-gone')
      assert.equal(await labels.moveAlias(key.projectId, 'x', key.id, AT, 9), 'key-gone')
      assert.equal(await labels.removeAliases(key.id, ['x']), 'key-gone')
      assert.equal(await labels.changeTags(seen, () => [{ name: 'a', value: '' }]), false)
      const grant: Grant = {
        id: randomUUID(),
        keyId: key.id,
        projectId: key.projectId,
        name: undefined,
        grantee: 'somebody',
        granteeKind: 'user',
        operations: ['describe-key'],
        retiring: undefined,
        issuing: 'u' as UserId,
        createdAt: AT,
      }
      assert.equal(await grants.insert(seen, grant, { perKey: 9, perGrantee: 9 }), 'key-gone')
    })

    test('tags that many add at once are all there', async () => {
      const stored = await storedKey(stores.one)
      await atOnce(stores, 10, (storage, index) =>
        storage.labels.changeTags(stored, (tags) => [...tags, { name: `t${index}`, value: 'é' }]),
      )
      const tags = await stores.one.labels.tagsOf(stored.key.id)
      assert.deepEqual(
        tags.map((tag) => tag.name),
        Array.from({ length: 10 }, (_, index) => `t${index}`),
      )
      const failure = new Error('no')
      await assert.rejects(
        stores.one.labels.changeTags(stored, () => {
          throw failure
        }),
      )
      assert.equal((await stores.one.labels.tagsOf(stored.key.id)).length, 10)
    })

    test('names and values come in order of their bytes, whatever the language', async () => {
      const projectId = randomUUID() as ProjectId
      const stored = await storedKey(stores.one, { projectId })
      const names = ['a', 'B', '_', 'Z', 'é', 'e', '-', '数', 'b']
      await stores.one.labels.changeTags(stored, () =>
        names.map((tag) => ({ name: tag, value: tag })),
      )
      const inOrder = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      const listed = await stores.one.labels.tagsOfProject(projectId, 100)
      assert.deepEqual(
        listed.map(({ name: tag }) => tag),
        inOrder,
      )
      assert.deepEqual(await stores.one.labels.tagsOfProject(projectId, 2), listed.slice(0, 2))
    })

    test('keys by tags and by a part of their names', async () => {
      const { labels } = stores.one
      const projectId = randomUUID() as ProjectId
      const aliases = ['Alpha_1', 'alpha-2', 'beta%3', 'ÉTÉ', 'été!']
      const keys = []
      for (const [index, alias] of aliases.entries()) {
        const stored = await storedKey(stores.one, { projectId, alias })
        keys.push(stored)
        const value = index % 2 === 0 ? 'even' : 'odd'
        await labels.changeTags(stored, () => [
          { name: 'parity', value },
          { name: 'all', value: '' },
        ])
      }
      const found = async (nameContains: string | undefined, values?: readonly string[]) => {
        const tags = values === undefined ? [] : [{ name: 'parity', values }]
        const filter = { tags, nameContains }
        const page = await labels.pageTagged(projectId, filter, { after: 0, limit: 50 })
        assert.equal(await labels.countTagged(projectId, filter), page.length)
        return page.map(({ key }) => key.alias)
      }
      assert.deepEqual(await found(undefined), aliases)
      assert.deepEqual(await found('ALPHA'), ['Alpha_1', 'alpha-2'])
      assert.deepEqual(await found('_'), ['Alpha_1'])
      assert.deepEqual(await found('%'), ['beta%3'])
      assert.deepEqual(await found('!'), ['été!'])
      assert.deepEqual(await found('ét'), ['été!'], 'only letters of ASCII have a case')
      assert.deepEqual(await found('É'), ['ÉTÉ'])
      assert.deepEqual(await found(undefined, ['odd']), ['alpha-2', 'ÉTÉ'])
      assert.deepEqual(await found('t', ['even', 'x']), ['beta%3', 'été!'])
      assert.deepEqual(await found(undefined, []), aliases)
    })
  })
}
