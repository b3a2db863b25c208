import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { barriersOf, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, heading, startConsole, WORDS } from './start-console.ts'

describe('key spaces in the console', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await startConsole()
  })
  after(() => world?.stop())

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language]
    const text = words.spaces

    test(`an access point with its private key, and a policy that names it, ${language}`, async () => {
      const space = randomUUID()
      const { page, complaints, close } = await world.openSignedIn('/spaces', { language })
      const button = (name: string) => page.getByRole('button', { name, exact: true })
      await heading(page, words.frame.spaces).waitFor()
      await page.getByLabel(text.id).fill('no id')
      await button(text.open).click()
      await page.getByText(text.idMistake).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await page.getByLabel(text.id).fill(space)
      await button(text.open).click()
      await heading(page, text.noPoints).waitFor()
      assert.deepEqual(await barriersOf(page), [])

      await button(text.newPoint).click()
      const making = page.getByRole('dialog', { name: text.newPoint })
      await making.getByLabel(text.name, { exact: true }).fill('build-server')
      assert.deepEqual(await barriersOf(page), [])
      await making.getByRole('button', { name: words.frame.save }).click()
      await page.getByText('build-server', { exact: true }).waitFor()
      await button(`${text.actions}: build-server`).click()
      await page.getByRole('menuitem', { name: text.privateKey }).click()
      const fetching = page.getByRole('dialog', { name: text.privateKeyTitle })
      await fetching.getByRole('button', { name: text.fetchPrivateKey }).click()
      const pem = await fetching.locator('pre').innerText()
      assert.match(pem, /^-----BEGIN (\w+ )?PRIVATE KEY-----/)
      assert.deepEqual(await barriersOf(page), [])
      await fetching.getByRole('button', { name: words.frame.close }).click()
      await fetching.waitFor({ state: 'detached' })
      assert.ok(!(await page.content()).includes(pem.slice(40, 80)))

      await button(text.newPolicy).click()
      const policy = page.getByRole('dialog', { name: text.newPolicy })
      await policy.getByLabel(text.name, { exact: true }).fill('office-hours')
      await policy.getByLabel(new RegExp(`^${text.from}`)).fill('2030-01-01T08:00')
      await policy.getByLabel(new RegExp(`^${text.until}`)).fill('2029-01-01T08:00')
      await policy.getByLabel('build-server').check()
      await policy.getByRole('button', { name: words.frame.save }).click()
      await policy.getByText(text.periodMistake).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await policy.getByLabel(new RegExp(`^${text.until}`)).fill('2031-01-01T08:00')
      await policy.getByRole('button', { name: words.frame.save }).click()
      await page.getByText('office-hours', { exact: true }).waitFor()
      const { body } = await world.server.kms(
        `key-policies?keyspace_id=${space}`,
        {},
        { method: 'GET' },
      )
      const [{ policy: stored }] = body.keyspace_policies
      assert.deepEqual(stored.validity_period, {
        start_time: '2030-01-01T08:00:00.000Z',
        end_time: '2031-01-01T08:00:00.000Z',
      })
      assert.equal(stored.allowed_access_point.length, 1)

      await button(`${text.actions}: build-server`).click()
      await page.getByRole('menuitem', { name: text.disable, exact: true }).click()
      await page.getByRole('cell', { name: text.off, exact: true }).waitFor()
      await button(`${text.actions}: office-hours`).click()
      await page.getByRole('menuitem', { name: text.delete }).click()
      const deleting = page.getByRole('dialog', { name: text.deletePolicyTitle })
      await deleting.getByRole('button', { name: text.delete }).click()
      await heading(page, text.noPolicies).waitFor()
      assert.deepEqual(complaints, [])
      await close()
    })
  }
})
