import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { passwordAuth, signIn } from '../server.ts'
import { barriersOf, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, heading, startConsole, WORDS } from './start-console.ts'

/** The token that a tab keeps. */
const KEPT_TOKEN = `JSON.parse(sessionStorage.getItem('keyturn.session') ?? '{}').token`

describe('signing in to the console, and out', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await startConsole()
    await world.server.createKey({ key_alias: 'orders' })
  })
  after(() => world?.stop())

  /** Status of a call with a token. */
  async function statusWith(token: string): Promise<number> {
    return (await world.server.kms('list-keys', {}, { token })).status
  }

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language]
    const text = words.signIn

    test(`with an access key, ${language}; signing out revokes the token`, async () => {
      const { access_key: accessKey, secret_key: secretKey } = world.server.credentials
      const { page, complaints, close } = await world.open('/keys', { language })
      await page.getByRole('button', { name: text.accessKey, exact: true }).click()
      await page.getByRole('button', { name: text.submit, exact: true }).click()
      assert.equal(await page.getByText(text.needed).count(), 2)
      assert.deepEqual(await barriersOf(page), [])
      await page.getByLabel(text.accessKeyId).fill(accessKey)
      await page.getByLabel(text.secretKey).fill(secretKey)
      await page.getByRole('button', { name: text.submit, exact: true }).click()
      await heading(page, words.frame.keys).waitFor()
      const token = await page.evaluate<string>(KEPT_TOKEN)
      assert.equal(await statusWith(token), 200)
      const kept = await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]))
      assert.ok(!kept.includes(secretKey))

      await page.getByRole('button', { name: words.frame.account }).click()
      await page.getByRole('menuitem', { name: words.frame.signOut }).click()
      await heading(page, text.title).waitFor()
      await page.getByText(text.signedOut).waitFor()
      assert.equal(await statusWith(token), 403)
      assert.equal(await page.evaluate(() => sessionStorage.length), 0)
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`with a token that one has, ${language}; a token that is none is refused in a sentence`, async () => {
      const { page, complaints, close } = await world.open('/keys', { language })
      await page.getByRole('button', { name: text.token, exact: true }).click()
      const field = page.getByLabel(text.tokenText, { exact: true })
      await field.fill('no-token-at-all')
      await page.getByRole('button', { name: text.submit, exact: true }).click()
      await page.getByRole('alert').waitFor()
      assert.match(await page.getByRole('alert').innerText(), new RegExp(text.failed))
      const token = await signIn(world.server.url, passwordAuth(world.server.credentials))
      await field.fill(token)
      await page.getByRole('button', { name: text.submit, exact: true }).click()
      await heading(page, words.frame.keys).waitFor()
      await page.getByText('orders', { exact: true }).waitFor()
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`when the session ends, ${language}: one signs in again, and goes on where one was`, async () => {
      const { page, complaints, close } = await world.openSignedIn('/keys/new', { language })
      const alias = page.getByLabel(words.createKey.alias, { exact: true })
      await alias.fill(`kept-${language}`)
      const token = await page.evaluate<string>(KEPT_TOKEN)
      const revoked = await world.server.send('DELETE', '/v3/auth/tokens', {
        headers: { 'X-Subject-Token': token },
      })
      assert.equal(revoked.status, 204)
      await page.getByRole('button', { name: words.createKey.submit, exact: true }).click()
      const dialog = page.getByRole('dialog', { name: text.expired })
      await dialog.waitFor()
      assert.deepEqual(await barriersOf(page), [])
      const name = dialog.getByLabel(text.userName, { exact: true })
      assert.equal(await name.inputValue(), world.server.credentials.user_name)
      await dialog.locator('input[type=password]').fill(world.server.credentials.password)
      await dialog.getByRole('button', { name: text.submit, exact: true }).click()
      await dialog.waitFor({ state: 'detached' })
      assert.equal(await alias.inputValue(), `kept-${language}`)
      await page.getByRole('button', { name: words.createKey.submit, exact: true }).click()
      await heading(page, `kept-${language}`).waitFor()
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`language and theme are chosen, ${language}, and kept for the next visit`, async () => {
      const { page, complaints, close } = await world.openSignedIn('/keys', { language })
      const other = language === 'en' ? 'zh' : 'en'
      await page.getByRole('button', { name: words.frame.theme }).click()
      await page.getByRole('menuitemradio', { name: words.frame.themeDark }).click()
      await page.getByRole('button', { name: words.frame.language }).click()
      const name = { en: 'English', zh: '中文' }[other]
      await page.getByRole('menuitemradio', { name }).click()
      await heading(page, WORDS[other].frame.keys).waitFor()
      await page.reload()
      await heading(page, WORDS[other].frame.keys).waitFor()
      const ground = await page.evaluate(() => [
        document.documentElement.dataset['theme'],
        document.documentElement.lang.slice(0, 2),
        getComputedStyle(document.body).backgroundColor,
      ])
      assert.deepEqual(ground, ['dark', other, 'rgb(16, 19, 26)'])
      assert.deepEqual(complaints, [])
      await close()
    })
  }

  test('a server that is gone is told in a sentence', async () => {
    const { page, context, close } = await world.openSignedIn('/keys/new')
    await context.setOffline(true)
    await page.getByLabel(WORDS.en.createKey.alias, { exact: true }).fill('unheard')
    await page.getByRole('button', { name: WORDS.en.createKey.submit, exact: true }).click()
    await page.getByText(WORDS.en.frame.offline).waitFor()
    await close()
  })
})
