import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { barriersOf, picture, type Tab, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, settled, startConsole, WORDS } from './start-console.ts'

describe('importing material in a browser', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await startConsole()
  })
  after(() => world?.stop())

  const externalKey = (key_spec: string, key_alias: string) =>
    world.server.createKey({ key_spec, key_alias, origin: 'external' })
  const detailsOf = async (key_id: string) =>
    (await world.server.kms('describe-key', { key_id })).body.key_info

  /** Fails if the material left the browser in any form in which somebody could read it. */
  function assertUnseen(tab: Tab, material: Buffer): void {
    assert.ok(
      tab.sent.some(({ url }) => url.endsWith('/import-key-material')),
      'it was imported',
    )
    const forms = [
      material,
      ...[material.toString('hex'), material.toString('base64'), material.toString('base64url')]
        .flatMap((text) => [text, text.toUpperCase(), encodeURIComponent(text)])
        .map((text) => Buffer.from(text)),
      Buffer.from(JSON.stringify([...material]).slice(1, -1)),
    ]
    for (const { url, headers, body } of tab.sent) {
      const all = Buffer.concat([Buffer.from(url + JSON.stringify(headers)), body])
      for (const form of forms) assert.ok(!all.includes(form), `${url} has the material`)
    }
  }

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language].importing

    test(`typed material, ${language}: mistakes are told, and only wrapped material leaves`, async () => {
      const keyId = await externalKey('AES_256', `typed-${language}`)
      const tab = await world.openSignedIn(`/keys/${keyId}/import`, { language })
      const { page } = tab
      await page.getByText(words.waiting).waitFor()
      await page.getByRole('button', { name: words.submit }).click()
      await page.getByText(words.mistakes.missing).waitFor()
      await page.getByLabel(words.ways.text).check()
      const area = page.getByLabel(words.material, { exact: true })
      await area.fill('not material!')
      await page.getByText(words.mistakes.unreadable).waitFor()
      await area.fill('00112233')
      await page.getByText(words.mistakes.length(32)).waitFor()
      assert.deepEqual(await barriersOf(page), [])

      const material = randomBytes(32)
      await area.fill(material.toString('hex'))
      await page.getByText(words.ready('32')).waitFor()
      await picture(page, `import-${language}`)
      await page.getByRole('button', { name: words.submit }).click()
      await page.getByText(words.sent).waitFor()
      assert.equal((await detailsOf(keyId)).key_state, '2')
      await page.getByText(words.next).waitFor()
      assertUnseen(tab, material)
      assert.ok(!(await page.content()).includes(material.toString('hex')))
      assert.equal(await page.locator('textarea').count(), 0)
      assert.deepEqual(await barriersOf(page), [])
      assert.deepEqual(tab.complaints, [])

      // It is what was typed: deleted, it comes back, and nothing else does.
      const { cipher_text } = (
        await world.server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
      ).body
      await page.getByRole('button', { name: words.remove }).click()
      const confirm = page.getByRole('dialog').getByRole('button', { name: words.removeSubmit })
      assert.ok(await confirm.isDisabled())
      await page.getByLabel(words.removeConfirm).check()
      assert.deepEqual(await barriersOf(page), [])
      await confirm.click()
      await page.getByText(words.waitingSame).waitFor()
      await page.getByLabel(words.ways.text).check()
      await area.fill(randomBytes(32).toString('base64'))
      await page.getByRole('button', { name: words.submit }).click()
      await page.getByText(WORDS[language].frame.requestId).waitFor() // the refusal, as a toast
      await area.fill(material.toString('base64'))
      await page.getByRole('button', { name: words.submit }).click()
      await page.getByText(words.next).waitFor()
      assert.equal((await world.server.kms('decrypt-data', { cipher_text })).body.plain_text, 'x')
      assertUnseen(tab, material)
      await tab.close()
    })

    test(`material made in the browser, ${language}: a copy first, then the import, with an end`, async () => {
      const keyId = await externalKey('AES_256', `made-${language}`)
      const tab = await world.openSignedIn(`/keys/${keyId}/import`, { language, screen: 'phone' })
      const { page } = tab
      await page.getByLabel(words.ways.generate).check()
      const downloading = page.waitForEvent('download')
      await page.getByRole('button', { name: words.download }).click()
      const download = await downloading
      assert.equal(download.suggestedFilename(), `made-${language}.key`)
      const material = await readFile(await download.path())
      assert.equal(material.length, 32)
      await page.getByRole('button', { name: words.submit }).click()
      assert.equal((await detailsOf(keyId)).key_state, '5', 'not before the copy is safe')
      await page.getByLabel(words.downloaded).check()
      const end = page.getByLabel(words.expiry)
      await end.fill('2020-01-01T00:00')
      await page.getByText(words.mistakes.past).waitFor()
      await end.fill('2090-01-01T12:30')
      assert.deepEqual(await barriersOf(page), [])
      await page.getByRole('button', { name: words.submit }).click()
      await page.getByText(words.sent).waitFor()
      const { key_state, expiration_time } = await detailsOf(keyId)
      assert.equal(key_state, '2')
      assert.equal(Number(expiration_time), Date.parse('2090-01-01T12:30Z'))
      assertUnseen(tab, material)
      assert.deepEqual(tab.complaints, [])
      await tab.close()
    })
  }

  test('a private key from a PEM file is the key that the server then has', async () => {
    const words = WORDS.en.importing
    for (const [spec, pair] of [
      ['EC_P256', generateKeyPairSync('ec', { namedCurve: 'prime256v1' })],
      ['RSA_4096', generateKeyPairSync('rsa', { modulusLength: 4096 })],
    ] as const) {
      const keyId = await externalKey(spec, `file-${spec}`)
      const tab = await world.openSignedIn(`/keys/${keyId}/import`)
      const { page } = tab
      await page.getByLabel(words.ways.file).check()
      const file = page.locator('input[type=file]')
      const give = (buffer: Buffer) =>
        file.setInputFiles({ name: 'key.pem', mimeType: 'text/plain', buffer })
      if (spec === 'EC_P256') {
        await give(Buffer.from(pair.privateKey.export({ type: 'sec1', format: 'pem' })))
        await page.getByText(words.mistakes.notPkcs8).waitFor()
      }
      await give(Buffer.from(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })))
      await page.locator('.ready svg').waitFor()
      await page.getByRole('button', { name: words.submit }).click()
      await page.getByText(words.sent).waitFor()
      await page.getByText(words.nothingMissing).waitFor()
      const { public_key } = (await world.server.kms('get-publickey', { key_id: keyId })).body
      assert.ok(createPublicKey(public_key).equals(pair.publicKey), spec)
      assertUnseen(tab, pair.privateKey.export({ type: 'pkcs8', format: 'der' }))
      await tab.close()
    }
  })

  test('a spec that browsers do not have says so, and what to do', async () => {
    const words = WORDS.en.importing
    const keyId = await externalKey('SM2', 'unknown-to-browsers')
    const tab = await world.openSignedIn(`/keys/${keyId}/import`)
    await settled(tab.page)
    await tab.page.getByText(words.cannotGenerate('SM2')).waitFor()
    assert.ok(await tab.page.getByLabel(words.ways.generate).isDisabled())
    await tab.page.getByText(words.wrapping).click()
    await tab.page.getByText(words.wrappingSm2).waitFor()
    await tab.close()
  })
})
