import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { makeCast } from '../matrix/principals.ts'
import { barriersOf, picture, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, settled, startConsole, WORDS } from './start-console.ts'

/** More than a page has, so that the next one is fetched. */
const CALLS = 130

describe('the audit log in a browser', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  let keyId = ''
  before(async () => {
    world = await startConsole()
    const { server } = world
    keyId = await server.createKey({ key_alias: 'watched' })
    for (let n = 0; n < CALLS; n++) {
      await server.kms('encrypt-data', { key_id: keyId, plain_text: 'x' })
    }
    await server.kms('encrypt-data', { key_id: 'no-key', plain_text: 'x' })
    await server.kms('describe-key', { key_id: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' })
  })
  after(() => world?.stop())

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language].audit

    test(`filters, pages and a record, ${language}`, async () => {
      const tab = await world.openSignedIn('/audit', { language })
      const { page } = tab
      await settled(page)
      const rows = page.locator('.records tbody tr')
      await rows.first().waitFor()
      assert.deepEqual(await barriersOf(page), [])
      // Nothing lies over anything else, and the table has room.
      const ends = await page
        .locator('.audit-filters > .field')
        .evaluateAll((fields) =>
          fields.map((field) => [
            field.getBoundingClientRect().right,
            field.querySelector('.input')?.getBoundingClientRect().right ?? 0,
          ]),
        )
      for (const [field = 0, control = 0] of ends) assert.ok(control <= field + 0.5, String(ends))
      const table = page.getByRole('region', { name: words.records }).last()
      assert.ok(await table.evaluate((place) => place.scrollWidth <= place.clientWidth))
      await picture(page, `audit-${language}`)

      // By key: all of its pages come by themselves when the end comes into view.
      await page.getByLabel(words.key, { exact: true }).fill(keyId)
      await page.getByLabel(words.operation, { exact: true }).fill('EncryptData')
      await page.keyboard.press('Enter')
      await page.waitForURL(/operation=EncryptData/)
      await page.waitForFunction((calls) => {
        window.scrollTo(0, document.body.scrollHeight)
        return document.querySelectorAll('.records tbody tr').length === calls
      }, CALLS)
      const operations = await rows.locator('td:nth-child(2)').allInnerTexts()
      assert.deepEqual([...new Set(operations)], ['EncryptData'])

      // A record: all that it says, its key, and others like it.
      await rows.first().getByRole('button').click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText(keyId).first().waitFor()
      assert.deepEqual(await barriersOf(page), [])
      assert.equal(
        await dialog.getByRole('link', { name: words.toKey }).getAttribute('href'),
        `/console/keys/${keyId}`,
      )
      await dialog.getByRole('button', { name: words.onlyThis.request_id }).click()
      await page.waitForURL(/request_id=/)
      await page.waitForFunction(() => document.querySelectorAll('.records tbody tr').length === 1)

      // What was refused, and a time in which nothing was.
      await page.getByRole('button', { name: words.clear }).click()
      await page.getByLabel(words.outcome).selectOption('refused')
      await page.waitForURL(/outcome=refused/)
      await page.locator('.records .badge.warn').first().waitFor()
      assert.equal(await page.locator('.records .badge.good').count(), 0)
      await page.getByLabel(words.to).fill('2020-01-01T00:00')
      await page.keyboard.press('Enter')
      await page.getByText(words.none).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      assert.deepEqual(tab.complaints, [])
      await tab.close()
    })
  }

  test('who may not read it learns why', async () => {
    const readersToken = (await makeCast(world.server)).tokens.reader ?? ''
    for (const language of ['en', 'zh'] as const) {
      const words = WORDS[language].audit
      const { page, close } = await world.open('/audit', { language })
      const text = WORDS[language].signIn
      await page.getByText(text.token, { exact: true }).first().click()
      await page.getByLabel(text.tokenText, { exact: true }).fill(readersToken)
      await page.getByRole('button', { name: text.submit, exact: true }).click()
      await page.getByText(words.forbiddenText).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await close()
    }
  })
})
