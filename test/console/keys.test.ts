import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { barriersOf, picture, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, heading, overflowOf, startConsole, WORDS } from './start-console.ts'

/** Keys of the fleet: more than two pages of the table. */
const FLEET = 240

describe('keys in the console', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await startConsole()
    const { server } = world
    for (let n = 0; n < FLEET; n++) {
      await server.createKey({ key_alias: `fleet-${String(n).padStart(3, '0')}` })
    }
    const tags = [{ key: 'team', value: 'shop' }]
    const rotating = await server.createKey({ key_alias: 'orders', tags })
    assert.equal((await server.kms('enable-key-rotation', { key_id: rotating })).status, 200)
    const disabled = await server.createKey({ key_alias: 'former' })
    assert.equal((await server.kms('disable-key', { key_id: disabled })).status, 200)
    await server.createKey({ key_alias: 'signatures', key_spec: 'EC_P256' })
  })
  after(() => world?.stop())

  /** Aliases in the table, from the first. */
  const aliases = (page: Page) =>
    page
      .locator('[data-row]')
      .evaluateAll((rows) =>
        rows
          .sort((one, other) => Number(one.dataset['row']) - Number(other.dataset['row']))
          .map((row) => row.querySelector('a')?.textContent),
      )

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language]
    const text = words.keys

    test(`the table is filtered and sorted, ${language}, and its address says how`, async () => {
      const { page, complaints, close } = await world.openSignedIn('/keys', { language })
      const { project_id: project } = world.server.credentials
      const counted = await world.server.send('GET', `/keyturn/v1/${project}/keys?limit=1`)
      assert.ok(counted.body.total >= FLEET + 3)
      const total = text.total(String(counted.body.total), false)
      await page.getByRole('status').filter({ hasText: total }).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await picture(page, `keys-${language}`)

      await page.getByLabel(text.state, { exact: true }).selectOption('disabled')
      await page
        .getByRole('status')
        .filter({ hasText: text.total('1', true) })
        .waitFor()
      assert.deepEqual(await aliases(page), ['former'])
      await page.getByRole('button', { name: text.clear }).click()
      await page.getByLabel(text.spec, { exact: true }).selectOption('EC_P256')
      await page.getByText('signatures', { exact: true }).waitFor()
      await page.getByRole('button', { name: text.clear }).click()
      await page.getByLabel(text.rotation, { exact: true }).selectOption('on')
      await page.getByText('orders', { exact: true }).waitFor()
      await page.getByRole('button', { name: text.clear }).click()
      await page.getByLabel(text.tag, { exact: true }).fill('team=shop')
      await page
        .getByRole('status')
        .filter({ hasText: text.total('1', true) })
        .waitFor()
      assert.deepEqual(await aliases(page), ['orders'])
      assert.match(page.url(), /[?&]tag=team(%3D|=)shop/)
      await page.reload()
      await page.getByText('orders', { exact: true }).waitFor()
      assert.equal(await page.getByLabel(text.tag, { exact: true }).inputValue(), 'team=shop')
      await page.getByRole('button', { name: text.clear }).click()

      await page.getByLabel(text.filter).fill('fleet-00')
      await page
        .getByRole('status')
        .filter({ hasText: text.total('10', false) })
        .waitFor()
      // Who asks for aliases gets them in their order.
      const byAlias = page.getByRole('columnheader', { name: text.key, exact: true })
      await page.waitForFunction(
        () => document.querySelector('[data-row="0"] a')?.textContent === 'fleet-000',
      )
      assert.equal(await byAlias.getAttribute('aria-sort'), 'ascending')
      await byAlias.getByRole('button').click()
      await page.waitForFunction(
        () => document.querySelector('[data-row="0"] a')?.textContent === 'fleet-009',
      )
      assert.equal(await byAlias.getAttribute('aria-sort'), 'descending')

      await page.getByLabel(text.filter).fill('nobody')
      await heading(page, text.noMatch).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`a key is made, ${language}: mistakes are told where they are`, async () => {
      const form = words.createKey
      const { page, complaints, close } = await world.openSignedIn('/keys', { language })
      await page.getByRole('link', { name: text.create }).click()
      await heading(page, form.title).waitFor()
      await page.getByLabel(form.alias, { exact: true }).fill('not an alias')
      await page.getByLabel(form.interval, { exact: true }).fill('7')
      await page.getByRole('button', { name: form.addTag }).click()
      await page.getByLabel(`${form.tagName} 1`).fill('a=b')
      await page.getByRole('button', { name: form.submit, exact: true }).click()
      await page.getByText(form.aliasMistake, { exact: true }).waitFor()
      await page.getByText(form.intervalMistake(30, 365), { exact: true }).waitFor()
      await page.getByText(form.tagMistake, { exact: true }).waitFor()
      const focused = await page.evaluate(() =>
        document.activeElement?.getAttribute('aria-invalid'),
      )
      assert.equal(focused, 'true')
      assert.deepEqual(await barriersOf(page), [])

      await page.getByLabel(form.alias, { exact: true }).fill(`made-${language}`)
      await page.getByLabel(form.interval, { exact: true }).fill('45')
      await page.getByLabel(`${form.tagName} 1`).fill('team')
      await page.getByLabel(`${form.tagValue} 1`).fill('bakery')
      await page.getByRole('button', { name: form.submit, exact: true }).click()
      await heading(page, `made-${language}`).waitFor()
      const id = new URL(page.url()).pathname.split('/').at(-1)
      const { body } = await world.server.kms('get-key-rotation-status', { key_id: id })
      assert.deepEqual([body.key_rotation_enabled, body.rotation_interval], [true, 45])
      const tags = await world.server.kms(`${id}/tags`, {}, { method: 'GET' })
      assert.deepEqual(tags.body.tags, [{ key: 'team', value: 'bakery' }])
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`an alias that is taken is the server's sentence, ${language}`, async () => {
      const { page, close } = await world.openSignedIn('/keys/new', { language })
      await page.getByLabel(words.createKey.alias, { exact: true }).fill('orders')
      await page.getByRole('button', { name: words.createKey.submit, exact: true }).click()
      const alert = page.getByRole('alert')
      await alert.waitFor()
      const isChinese = /\p{Script=Han}/u.test(await alert.innerText())
      assert.equal(isChinese, language === 'zh')
      await alert.getByText(words.frame.requestId).waitFor()
      await close()
    })
  }

  test('by keyboard: / filters, arrows move, Enter opens, Back comes back', async () => {
    const { page, complaints, close } = await world.openSignedIn('/keys?sort=alias')
    await page.getByText('fleet-000', { exact: true }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('fleet-')
    await page.waitForURL(/alias=fleet-/)
    await page.getByText('fleet-000', { exact: true }).waitFor()
    await page.locator('[data-row="0"] a').focus()
    const isFocused = (alias: string) =>
      page.waitForFunction((name) => document.activeElement?.textContent === name, alias)
    for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowDown')
    await isFocused('fleet-003')
    await page.keyboard.press('ArrowUp')
    await isFocused('fleet-002')
    await page.keyboard.press('Home')
    await isFocused('fleet-000')
    // As far down as rows are known, and then further, until the end.
    for (let tries = 0; tries < 50; tries++) {
      await page.keyboard.press('End')
      await page.waitForTimeout(50)
      const at = await page.evaluate(() => document.activeElement?.textContent)
      if (at === `fleet-${FLEET - 1}`) break
    }
    await page.keyboard.press('Enter')
    await heading(page, `fleet-${FLEET - 1}`).waitFor()
    await page.goBack()
    await page.getByText('fleet-000', { exact: true }).waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })

  test('on a phone the table fits, and so does a key', async () => {
    const { page, complaints, close } = await world.openSignedIn('/keys', { screen: 'phone' })
    await page.locator('[data-row="0"] a').waitFor()
    assert.ok((await overflowOf(page)) <= 0)
    await picture(page, 'keys-phone')
    await page.locator('[data-row="0"] a').click()
    await page.getByRole('navigation', { name: WORDS.en.key.tabs }).waitFor()
    assert.ok((await overflowOf(page)) <= 0)
    assert.deepEqual(complaints, [])
    await close()
  })

  test('a key of somebody else, or none, is none', async () => {
    const { page, close } = await world.openSignedIn('/keys/00000000-0000-0000-0000-000000000000')
    await heading(page, WORDS.en.key.unknown).waitFor()
    assert.deepEqual(await barriersOf(page), [])
    await close()
  })

  test('each column has room for what stands in it, whatever its state, in both languages', async () => {
    const { server } = world
    const doomed = await server.createKey({ key_alias: 'wide-doomed' })
    const doom = { key_id: doomed, pending_days: '7' }
    assert.equal((await server.kms('schedule-key-deletion', doom)).status, 200)
    const waiting = { key_alias: 'wide-waiting', origin: 'external' }
    assert.ok((await server.kms('create-key', waiting)).status < 300)
    await server.createKey({ key_alias: 'wide-specified', key_spec: 'SECP256K1' })
    const turning = await server.createKey({ key_alias: 'wide-turning' })
    assert.equal((await server.kms('enable-key-rotation', { key_id: turning })).status, 200)
    assert.equal((await server.kms('rotate-on-demand', { key_id: turning })).status, 200)
    for (const language of ['en', 'zh'] as const) {
      const { page, close } = await world.openSignedIn('/keys?alias=wide', { language })
      await page.getByText('wide-turning', { exact: true }).waitFor()
      const tight = await page
        .locator('.keys, .keys-row > *, .cell-key small')
        .evaluateAll((places) =>
          places
            .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
            .map(({ className, textContent }) => `${className}: ${textContent}`),
        )
      assert.deepEqual(tight, [], language)
      await close()
    }
  })
})
