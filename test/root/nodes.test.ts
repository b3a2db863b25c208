import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { embeddedPostgres, NO_POSTGRES } from '../postgres/binaries.ts'
import { startPostgres, type TestPostgres } from '../postgres/start-postgres.ts'
import { passwordAuth, signIn, startTestServer } from '../server.ts'

const binaries = embeddedPostgres()

describe('the root key of two nodes', { skip: binaries === undefined && NO_POSTGRES }, () => {
  const home = mkdtempSync(join(tmpdir(), 'keyturn-root-nodes-'))
  let postgres: TestPostgres
  before(async () => {
    if (binaries !== undefined) postgres = await startPostgres(binaries)
  })
  const stopping: (() => Promise<void>)[] = []
  after(async () => {
    for (const stop of stopping) await stop()
    await postgres.stop()
    rmSync(home, { recursive: true })
  })

  test('it waits for the node that lacks the file, and goes on once that has it', async () => {
    const url = new URL(await postgres.newDatabase())
    url.password = ''
    const passwordFile = join(home, 'password')
    writeFileSync(passwordFile, `${postgres.password}\n`)
    const store = ['--store', url.href, '--store-password-file', passwordFile]
    const [dataOne, dataTwo] = [join(home, 'one'), join(home, 'two')]
    const [rootOne, rootTwo] = [join(home, 'root-one'), join(home, 'root-two')]
    const flags = (name: string, rootKey: string) => [
      ...store,
      ...['--root-key', rootKey, '--node-name', name, '--staleness-ms', '100'],
    ]
    const one = await startTestServer({ directory: dataOne, flags: flags('one', rootOne) })
    copyFileSync(rootOne, rootTwo)
    const credentials = 'bootstrap-credentials.json'
    mkdirSync(dataTwo, { mode: 0o700 })
    copyFileSync(join(dataOne, credentials), join(dataTwo, credentials))
    const two = await startTestServer({ directory: dataTwo, flags: flags('two', rootTwo) })
    stopping.push(
      () => two.stop(),
      () => one.stop(),
    )
    const token = one.token
    const project = one.credentials.project_id
    const key_id = await one.createKey()
    const made = await one.kms('encrypt-data', { key_id, plain_text: 'YQ==' })
    const call = ['root', 'rotate', '--data', dataOne, ...store, '--root-key', rootOne]

    const missing = await runKeyturn(call)
    assert.match(missing.err, /^keyturn: --nodes is missing/)
    let isEnded = false
    const rotating = runKeyturn([...call, '--nodes', '2']).finally(() => {
      isEnded = true
    })
    await new Promise((resolve) => setTimeout(resolve, 6000))
    assert.equal(isEnded, false, 'the second node has no new root key')
    const meanwhile = await two.kms('decrypt-data', made.body, { token, project })
    assert.equal(meanwhile.body.plain_text, 'YQ==', meanwhile.text)
    copyFileSync(rootOne, rootTwo)
    const { code, out, err } = await rotating
    assert.equal(code, 0, err + out)

    for (const node of [one, two]) {
      const created = await node.kms('create-key', { key_alias: 'after' }, { token, project })
      const [opened] = [await node.kms('decrypt-data', made.body, { token, project })]
      assert.equal(opened?.body.plain_text, 'YQ==', opened?.text)
      assert.ok(created.status === 200 || created.status === 400, created.text)
    }
    const status = await runKeyturn(['root', 'status', ...call.slice(2)])
    assert.equal(status.code, 0, status.err)
    const counts = status.out.split('\n').filter((line) => line.endsWith(' records and MACs'))
    assert.equal(counts.length, 1, status.out)

    // The second node's file still has the old root key: that it is past, the store says.
    const retire = ['root', 'retire', ...call.slice(2), '--nodes', '2', '--end-sign-ins']
    const retired = await runKeyturn(retire)
    assert.equal(retired.code, 0, retired.err + retired.out)
    const whole = await runKeyturn(['store', 'verify', ...call.slice(2)])
    assert.equal(whole.code, 0, whole.err + whole.out)
    const fresh = await signIn(one.url, passwordAuth(one.credentials))
    for (const node of [one, two]) {
      const refused = await node.kms('decrypt-data', made.body, { token, project })
      assert.equal(refused.status, 403, refused.text)
      const opened = await node.kms('decrypt-data', made.body, { token: fresh, project })
      assert.equal(opened.body.plain_text, 'YQ==', opened.text)
    }
  })
})
