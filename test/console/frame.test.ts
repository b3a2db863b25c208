import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { barriersOf, picture, withoutBrowser } from './browser.ts'
import {
  type ConsoleWorld,
  heading,
  overflowOf,
  settled,
  startConsole,
  WORDS,
} from './start-console.ts'

/** First load: what a browser fetches until somebody can sign in, and then until the keys are there. */
const MOST_FIRST_BYTES = 200 * 1024
const EN_WAYS = [
  ['desktop', 'light'],
  ['phone', 'dark'],
] as const
const ZH_WAYS = [
  ['desktop', 'dark'],
  ['phone', 'light'],
] as const
const PLACES = ['/', '/keys', '/keys/new', '/rotation', '/audit'] as const

describe('the console in a browser', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await startConsole()
    for (const key_alias of ['orders', 'payments']) {
      const key_id = await world.server.createKey({ key_alias })
      assert.equal((await world.server.kms('enable-key-rotation', { key_id })).status, 200)
    }
  })
  after(() => world?.stop())

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language]
    // Each of the four ways to look in one language at least, and each language on both screens.
    for (const [screen, theme] of language === 'en' ? EN_WAYS : ZH_WAYS) {
      test(`every page, ${language}, ${screen}, ${theme}: whole, under the policy, without barriers`, async () => {
        const tab = await world.openSignedIn('/', { language, screen, theme })
        const { page } = tab
        assert.equal(await page.evaluate(() => document.documentElement.lang.slice(0, 2)), language)
        for (const place of PLACES) {
          await page.goto(`${world.server.url}/console${place}`)
          await settled(page)
          const headings = await page.getByRole('heading', { level: 1 }).allInnerTexts()
          assert.equal(headings.length, 1, place)
          assert.deepEqual(await barriersOf(page), [], place)
          assert.ok(
            (await overflowOf(page)) <= 0,
            `${place} is too wide by ${await overflowOf(page)}`,
          )
        }
        assert.deepEqual(tab.complaints, [])
        await tab.close()
      })
    }

    test(`signing in, ${language}: without barriers, and a wrong password says so`, async () => {
      const tab = await world.open('/rotation', { language })
      const { page } = tab
      await page.getByLabel(words.signIn.userName, { exact: true }).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await picture(page, `sign-in-${language}`)
      await page.getByLabel(words.signIn.userName, { exact: true }).fill('nobody')
      await page.locator('input[type=password]').fill('wrong')
      await page.getByRole('button', { name: words.signIn.submit, exact: true }).click()
      await page.getByRole('alert').waitFor()
      assert.deepEqual(await barriersOf(page), [])
      const password = page.locator('input[type=password]')
      assert.equal(await password.inputValue(), '')
      assert.ok(await password.evaluate((field) => field === document.activeElement))
      assert.deepEqual(tab.complaints, [])
      await tab.close()
    })
  }

  test('the policy is in force: what is written into the page does not run', async () => {
    const tab = await world.open('/')
    const { page } = tab
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
      const image = document.createElement('img')
      image.src = 'http://127.0.0.1:1/pixel.png'
      document.body.append(image)
    })
    await page.waitForTimeout(200)
    assert.notEqual(await page.title(), 'owned')
    assert.ok(
      tab.complaints.some((text) => /script-src/.test(text)),
      String(tab.complaints),
    )
    assert.ok(
      tab.complaints.some((text) => /img-src/.test(text)),
      String(tab.complaints),
    )
    await tab.close()
  })

  test('nothing comes from elsewhere, and the first load is small', async () => {
    const tab = await world.open('/keys')
    const { page } = tab
    const session = await tab.context.newCDPSession(page)
    await session.send('Network.enable')
    let bytes = 0
    session.on('Network.loadingFinished', (event) => {
      bytes += event.encodedDataLength
    })
    await page.reload()
    await page.getByLabel(WORDS.en.signIn.userName, { exact: true }).waitFor()
    await page.waitForLoadState('networkidle')
    await page
      .getByLabel(WORDS.en.signIn.userName, { exact: true })
      .fill(world.server.credentials.user_name)
    await page.locator('input[type=password]').fill(world.server.credentials.password)
    await page.getByRole('button', { name: WORDS.en.signIn.submit, exact: true }).click()
    await page.getByText('orders', { exact: true }).waitFor()
    await settled(page)
    assert.ok(bytes > 20_000 && bytes < MOST_FIRST_BYTES, `${bytes} bytes`)
    for (const { url } of tab.sent) assert.ok(url.startsWith(`${world.server.url}/`), url)
    await tab.close()
  })

  test('the password is nowhere once it was used', async () => {
    const { password } = world.server.credentials
    const tab = await world.openSignedIn('/keys')
    const kept = await tab.page.evaluate(() =>
      JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie, location.href]),
    )
    assert.ok(!kept.includes(password))
    assert.ok(!(await tab.page.content()).includes(password))
    await tab.close()
  })

  test('the keyboard alone gets past the navigation, and a new page is told by its heading', async () => {
    const tab = await world.openSignedIn('/keys')
    const { page } = tab
    await page.goto(`${world.server.url}/console/rotation`)
    await heading(page, WORDS.en.rotation.title).waitFor()
    await page.getByRole('link', { name: WORDS.en.frame.skip }).focus()
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'content')
    await page.getByRole('link', { name: WORDS.en.frame.keys, exact: true }).click()
    await heading(page, WORDS.en.frame.keys).waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1')
    await tab.close()
  })
})
