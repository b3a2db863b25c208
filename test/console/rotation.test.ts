import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { barriersOf, picture, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, heading, settled, startConsole, WORDS } from './start-console.ts'

const START = '2026-01-05T09:00:00Z'
const INTERVALS_DAYS = { orders: 30, payments: 45, sessions: 30, mail: 60, ledger: 90 } as const

describe('the rotation of a project in a browser', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  let orders = ''
  before(async () => {
    world = await startConsole(['--clock', `virtual:${START}`])
  })
  after(() => world?.stop())

  async function pass(days: number): Promise<void> {
    const reply = await world.server.send('POST', '/keyturn/v1/clock', {
      body: JSON.stringify({ days }),
    })
    assert.equal(reply.status, 200, reply.text)
  }

  test('where nothing rotates yet the pages teach', async () => {
    for (const language of ['en', 'zh'] as const) {
      const words = WORDS[language]
      const tab = await world.openSignedIn('/', { language })
      const { page } = tab
      await page.getByText(words.home.welcomeText).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await page.getByRole('link', { name: words.frame.rotation, exact: true }).click()
      await page.getByText(words.rotation.emptyText).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await page.getByRole('link', { name: words.rotation.emptyCreate }).click()
      await page.waitForURL('**/console/keys/new')
      assert.deepEqual(tab.complaints, [])
      await tab.close()
    }
  })

  test('a year of rotations is made', async () => {
    const { server } = world
    for (const [key_alias, rotation_interval] of Object.entries(INTERVALS_DAYS)) {
      const key_id = await server.createKey({ key_alias })
      if (key_alias === 'orders') orders = key_id
      await server.kms('enable-key-rotation', { key_id })
      await server.kms('update-key-rotation-interval', { key_id, rotation_interval })
      await pass(2)
    }
    await server.createKey({ key_alias: 'archive' })
    await server.createKey({ key_alias: 'signing', key_spec: 'EC_P256' })
    const texts: string[] = []
    for (let n = 0; n < 12; n++) {
      await pass(20)
      const sealed = await server.kms('encrypt-data', { key_id: orders, plain_text: 'x' })
      texts.push(sealed.body.cipher_text)
    }
    for (const cipher_text of texts) {
      assert.equal((await server.kms('decrypt-data', { cipher_text })).status, 200)
    }
    assert.equal((await server.kms('rotate-on-demand', { key_id: orders })).status, 200)
  })

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language].rotation

    test(`tiles, calendar, chart and list, ${language}, say what the server counted`, async () => {
      const tab = await world.openSignedIn('/rotation', { language })
      const { page } = tab
      await page.getByText(words.share(language === 'en' ? '83.3%' : '83.3%')).waitFor()
      for (const [name, count] of [
        [words.on, '5'],
        [words.off, '1'],
        [words.overdue, '0'],
        [words.never, '1'],
        [words.notRotatable, '1'],
      ] as const) {
        const tile = page.locator('.tile').filter({ has: page.getByText(name, { exact: true }) })
        assert.equal(await tile.locator('strong').innerText(), count, name)
      }
      const overview = await world.server.send(
        'GET',
        `/keyturn/v1/${world.server.credentials.project_id}/rotation-overview?from=0&days=1`,
      )
      const today = new Date(Number(overview.body.now)).toISOString().slice(0, 10)
      const current = page.locator('.day[aria-current=date]')
      const startMs = Number(await current.getAttribute('data-day'))
      assert.equal(new Date(startMs).toISOString().slice(0, 10), today)

      // A day by the keyboard: to today, one back, open.
      await current.focus()
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('ArrowRight')
      assert.ok(await current.evaluate((day) => day === document.activeElement))
      await page.keyboard.press('Enter')
      assert.equal(await current.getAttribute('aria-pressed'), 'true')
      const opened = page.locator('.one-day')
      await opened.getByText(words.causes.demand).waitFor()
      await opened.getByRole('link', { name: 'orders' }).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await current.click()
      await opened.waitFor({ state: 'detached' })

      // The chart in its other form, and as a table whose sums are those of the sentence.
      await page.getByText(words.asTable).click()
      const cells = await page.locator('details table tbody td:nth-child(2)').allInnerTexts()
      const done = cells.reduce((sum, text) => sum + Number(text), 0)
      const dueCells = await page.locator('details table tbody td:nth-child(5)').allInnerTexts()
      const due = dueCells.reduce((sum, text) => sum + Number(text), 0)
      await page.getByText(words.chartText(String(done), '0', String(due))).waitFor()
      assert.ok(done > 10 && due === 5, `${done} ${due}`)
      await page.getByRole('button', { name: words.byMonth }).click()
      const months = await page.locator('details table tbody td:nth-child(2)').allInnerTexts()
      assert.equal(
        months.reduce((sum, text) => sum + Number(text), 0),
        done,
      )
      await page.getByRole('button', { name: words.byWeek }).click()
      await page.getByText(words.asTable).click()

      // The list, with the aliases of the keys, and more of it.
      const list = page.getByRole('region', { name: words.latest }).last()
      await list.getByRole('link', { name: 'orders' }).first().waitFor()
      assert.equal(await list.locator('tbody tr').count(), 20)
      await page.getByRole('button', { name: WORDS[language].frame.loadMore }).click()
      await page.waitForFunction(() => document.querySelectorAll('.events tbody tr').length > 20)
      await picture(page, `rotation-${language}`, true)

      // Another half year, and back.
      await page.getByRole('button', { name: words.later }).click()
      await current.waitFor()
      await page.getByRole('button', { name: words.now, exact: true }).click()
      assert.deepEqual(tab.complaints, [])
      await page.locator('.tile').first().getByRole('link').click()
      await page.waitForURL('**/console/keys?rotation=on')
      await tab.close()
    })

    test(`a project at a glance, ${language}`, async () => {
      const words = WORDS[language]
      const tab = await world.openSignedIn('/', { language })
      const { page } = tab
      await page.getByText(words.home.keys('7'), { exact: true }).waitFor()
      const next = page.getByRole('region', { name: words.home.next })
      assert.equal(await next.getByRole('listitem').count(), 5)
      const latest = page.getByRole('region', { name: words.home.latest })
      await latest.getByRole('link', { name: 'orders' }).first().waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await picture(page, `home-${language}`)
      await latest.getByRole('link', { name: words.home.all }).click()
      await heading(page, words.rotation.title).waitFor()
      assert.deepEqual(tab.complaints, [])
      await tab.close()
    })

    test(`the versions of a key, ${language}`, async () => {
      const words = WORDS[language].usage
      const tab = await world.openSignedIn(`/keys/${orders}/usage`, { language })
      const { page } = tab
      await settled(page)
      const { body } = await world.server.kms('get-key-rotation-status', { key_id: orders })
      const rows = page.getByRole('region', { name: words.title }).locator('tbody tr')
      await rows.first().waitFor()
      assert.equal(await rows.count(), body.number_of_rotations + 1)
      assert.match(await rows.first().innerText(), new RegExp(words.states.primary))
      assert.match(await rows.nth(1).innerText(), new RegExp(words.states.former))
      assert.deepEqual(await barriersOf(page), [])
      assert.deepEqual(tab.complaints, [])
      await tab.close()
    })
  }

  test('the calendar begins at today where it has no room, and in the dark', async () => {
    const tab = await world.openSignedIn('/rotation', { screen: 'phone', theme: 'dark' })
    const { page } = tab
    await settled(page)
    await page.waitForFunction(() => (document.querySelector('.calendar')?.scrollLeft ?? 0) > 50)
    const today = await page.locator('.day[aria-current=date]').boundingBox()
    assert.ok(today !== null && today.x > 20 && today.x < 355, JSON.stringify(today))
    assert.deepEqual(await barriersOf(page), [])
    await picture(page, 'rotation-phone-dark', true)
    await tab.close()
  })
})
