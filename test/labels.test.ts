import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Json, type Reply, startTestServer, type TestServer } from './server.ts'

describe('aliases and tags', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.stop())

  const kms = (path: string, method: string, body?: unknown): Promise<Reply> =>
    server.send(method, `/v1.0/${server.credentials.project_id}/kms/${path}`, {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const codeOf = ({ status, body }: Reply): string =>
    status < 400 ? String(status) : body.error.error_code
  const tag = (keyId: string, key: string, value?: string) =>
    kms(`${keyId}/tags`, 'POST', { tag: { key, ...(value === undefined ? {} : { value }) } })
  const tagsOf = async (keyId: string) => (await kms(`${keyId}/tags`, 'GET')).body

  test('a tag of the same name replaces, others stay', async () => {
    const keyId = await server.createKey()
    for (const value of ['one', 'two']) assert.equal((await tag(keyId, 'env', value)).status, 204)
    assert.equal((await tag(keyId, '环境')).status, 204)
    const { tags, existTagsNum } = await tagsOf(keyId)
    assert.equal(existTagsNum, 2)
    assert.deepEqual(tags, [
      { key: 'env', value: 'two' },
      { key: '环境', value: '' },
    ])
  })

  test('what is no tag', async () => {
    const keyId = await server.createKey()
    for (const [key, value, code] of [
      ['', 'x', 'KMS.0406'],
      ['a=b', 'x', 'KMS.0406'],
      ['a\tb', 'x', 'KMS.0406'],
      ['a<b', 'x', 'KMS.0406'],
      [' a', 'x', 'KMS.0406'],
      ['x'.repeat(129), 'x', 'KMS.0411'],
      ['a', 'x'.repeat(256), 'KMS.0410'],
      ['a', 'b\nc', 'KMS.0405'],
      ['a', 'b|c', 'KMS.0405'],
    ] as const) {
      assert.equal(codeOf(await tag(keyId, key, value)), code, JSON.stringify([key, value]))
    }
    const batch = (action: string, tags: Json) =>
      kms(`${keyId}/tags/action`, 'POST', { action, tags })
    assert.equal(codeOf(await batch('create', [])), 'KMS.0401')
    assert.equal(codeOf(await batch('replace', [{ key: 'a' }])), 'KMS.0404')
    assert.equal(codeOf(await batch('delete', [{ key: 'a' }])), 'KMS.0416')
    assert.equal((await tagsOf(keyId)).existTagsNum, 0)
    const unknown = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
    assert.equal(codeOf(await tag(unknown, 'a', 'b')), 'KMS.0207')
    assert.equal(codeOf(await kms(`${keyId}/tags/none`, 'DELETE')), 'KMS.0416')
  })

  test('twenty tags, and not one more, also when many come at once', async () => {
    const keyId = await server.createKey()
    const replies = await Promise.all(
      Array.from({ length: 25 }, (_, n) => tag(keyId, `tag-${n}`, 'x')),
    )
    assert.equal(replies.filter(({ status }) => status === 204).length, 20)
    assert.equal(replies.filter((reply) => codeOf(reply) === 'KMS.0409').length, 5)
    assert.equal((await tagsOf(keyId)).existTagsNum, 20)
    const names = (await tagsOf(keyId)).tags.map(({ key }: Json) => ({ key }))
    const gone = await kms(`${keyId}/tags/action`, 'POST', { action: 'delete', tags: names })
    assert.equal(gone.status, 204)
    assert.equal((await tagsOf(keyId)).existTagsNum, 0)
  })

  test('keys are found by tags: any value of a name, all names; pages end', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      const keyId = await server.createKey({ key_alias: `found-${n}` })
      await tag(keyId, 'team', n % 2 === 0 ? 'red' : 'blue')
      await tag(keyId, 'tier', '1')
      ids.push(keyId)
    }
    const find = (body: Json) =>
      kms('resource_instances/action', 'POST', { action: 'filter', ...body })
    const idsOf = ({ body }: Reply): string[] => body.resources.map((r: Json) => r.resource_id)
    const red = [{ key: 'team', values: ['red'] }]
    assert.deepEqual(idsOf(await find({ tags: red })), [ids[0], ids[2], ids[4]])
    const both = [{ key: 'team', values: ['red', 'blue'] }, { key: 'tier' }]
    assert.deepEqual(idsOf(await find({ tags: both })), ids)
    assert.deepEqual(idsOf(await find({ tags: both, limit: '2', offset: '4' })), [ids[4]])
    assert.deepEqual(idsOf(await find({ tags: both, offset: 5 })), [])
    assert.deepEqual(idsOf(await find({ tags: [{ key: 'team', values: ['green'] }] })), [])
    const matches = [{ key: 'resource_name', value: 'ound-3' }]
    assert.deepEqual(idsOf(await find({ matches })), [ids[3]])
    const wild = await find({ matches: [{ key: 'resource_name', value: '%' }] })
    assert.deepEqual(idsOf(wild), [])
    const count = await kms('resource_instances/action', 'POST', { action: 'count', tags: red })
    assert.deepEqual(count.body, { total_count: 3 })
    for (const [body, code] of [
      [{ action: 'list' }, 'KMS.0404'],
      [{ limit: 0 }, 'KMS.1601'],
      [{ limit: 1001 }, 'KMS.1601'],
      [{ offset: -1 }, 'KMS.0417'],
      [{ tags: [{ key: 'a' }, { key: 'a' }] }, 'KMS.0412'],
      [{ tags: [{ key: 'a', values: Array.from({ length: 21 }, String) }] }, 'KMS.0413'],
      [{ matches: [{ key: 'name', value: 'x' }] }, 'KMS.0403'],
      [{ action: 'count', offset: 1 }, 'KMS.0418'],
    ] as const) {
      assert.equal(codeOf(await find(body)), code, JSON.stringify(body))
    }
    assert.equal(
      codeOf(await kms('other_instances/action', 'POST', { action: 'filter' })),
      'KMS.0408',
    )
  })

  test('pages by offset come whole while keys come and go', async () => {
    const ids: string[] = []
    for (let n = 0; n < 9; n++) {
      const keyId = await server.createKey()
      await tag(keyId, 'paged', 'x')
      ids.push(keyId)
    }
    const seen: string[] = []
    for (let offset = 0; offset < 20; offset += 3) {
      const { body } = await kms('resource_instances/action', 'POST', {
        action: 'filter',
        tags: [{ key: 'paged', values: [] }],
        limit: 3,
        offset,
      })
      const page = body.resources.map((resource: Json) => resource.resource_id)
      if (page.length === 0) break
      seen.push(...page)
      // One that was shown is no longer found: nothing that follows is missed.
      await kms(`${page[0]}/tags/paged`, 'DELETE')
    }
    assert.deepEqual(seen, ids)
  })

  test('an alias is one key’s, and follows when it is moved', async () => {
    const [keyId, other] = [await server.createKey(), await server.createKey()]
    const create = (alias: string, key_id = keyId) => kms('aliases', 'POST', { key_id, alias })
    assert.equal((await create('alias/app')).status, 200)
    assert.equal(codeOf(await create('alias/app', other)), 'KMS.1104')
    assert.equal(codeOf(await create('évs')), 'KMS.1101')
    assert.equal(codeOf(await create('evs/default')), 'KMS.1101')
    const move = (alias: string, target_key_id: string) =>
      kms('alias/associate', 'POST', { alias, target_key_id })
    assert.equal((await move('alias/app', other)).body.key_id, other)
    assert.equal(codeOf(await move('alias/none', other)), 'KMS.0207')
    const remove = (key_id: string, ...aliases: readonly string[]) =>
      kms('aliases', 'DELETE', { key_id, aliases })
    assert.equal(codeOf(await remove(keyId, 'alias/app')), 'KMS.0207')
    await create('alias/second', other)
    assert.equal(codeOf(await remove(other, 'alias/app', 'alias/none')), 'KMS.0207')
    assert.equal((await remove(other, 'alias/app', 'alias/second')).status, 204)
    assert.equal((await create('alias/app')).status, 200, 'free again')
  })

  test('fifty aliases to a key; pages come whole while some go', async () => {
    const keyId = await server.createKey()
    const create = (n: number) =>
      kms('aliases', 'POST', { key_id: keyId, alias: `alias/many-${n}` })
    for (let n = 0; n < 50; n++) assert.equal((await create(n)).status, 200)
    assert.equal(codeOf(await create(50)), 'KMS.1105')
    const seen: string[] = []
    let marker = ''
    for (let pages = 0; pages < 20; pages++) {
      const { body } = await kms(`aliases?key_id=${keyId}&limit=7&marker=${marker}`, 'GET')
      seen.push(...body.aliases.map(({ alias }: Json) => alias))
      // What was on the page before goes: the next page loses nothing by it.
      await kms('aliases', 'DELETE', { key_id: keyId, aliases: [seen.at(-1)] })
      marker = body.page_info.next_marker
      if (marker === '') break
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 50 }, (_, n) => `alias/many-${n}`),
    )
  })

  test('what hangs on a key goes with it', async () => {
    const virtual = await startTestServer({ flags: ['--clock', 'virtual'] })
    try {
      const keyId = await virtual.createKey()
      const path = `/v1.0/${virtual.credentials.project_id}/kms`
      const send = (place: string, body: unknown) =>
        virtual.send('POST', `${path}/${place}`, { body: JSON.stringify(body) })
      await send('aliases', { key_id: keyId, alias: 'alias/gone' })
      await send(`${keyId}/tags`, { tag: { key: 'gone', value: 'x' } })
      await virtual.kms('create-grant', {
        key_id: keyId,
        grantee_principal: 'x',
        operations: ['encrypt-data'],
        retiring_principal: virtual.credentials.user_id,
      })
      await virtual.kms('schedule-key-deletion', { key_id: keyId, pending_days: 7 })
      await virtual.running.advanceClock?.(7 * 86_400_000)
      const get = async (place: string) => (await virtual.send('GET', `${path}/${place}`)).body
      assert.deepEqual((await get('aliases')).aliases, [])
      assert.deepEqual((await get('tags')).tags, [])
      const { body } = await virtual.kms('list-retirable-grants', {})
      assert.equal(body.total, 0)
    } finally {
      await virtual.stop()
    }
  })
})
