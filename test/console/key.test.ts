import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { barriersOf, picture, withoutBrowser } from './browser.ts'
import { type ConsoleWorld, heading, startConsole, WORDS } from './start-console.ts'

describe('one key in the console', { skip: withoutBrowser }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await startConsole(['--clock', 'virtual'])
  })
  after(() => world?.stop())

  /** What `describe-key` tells of a key. */
  async function detailsOf(keyId: string) {
    return (await world.server.kms('describe-key', { key_id: keyId })).body.key_info
  }

  async function advance(days: number): Promise<void> {
    const body = JSON.stringify({ days })
    const { status } = await world.server.send('POST', '/keyturn/v1/clock', { body })
    assert.equal(status, 200)
  }

  const button = (place: Page | Locator, name: string) =>
    place.getByRole('button', { name, exact: true })
  const tab = (page: Page, name: string) => page.getByRole('link', { name, exact: true })

  for (const language of ['en', 'zh'] as const) {
    const words = WORDS[language]
    const text = words.key

    test(`its life, ${language}: edit, disable, enable, delete by its alias, cancel`, async () => {
      const keyId = await world.server.createKey({ key_alias: `life-${language}` })
      const { page, complaints, close } = await world.openSignedIn(`/keys/${keyId}`, { language })
      await heading(page, `life-${language}`).waitFor()
      assert.deepEqual(await barriersOf(page), [])

      await button(page, words.frame.edit).click()
      const editing = page.getByRole('dialog', { name: text.editDetails })
      await editing.getByLabel(text.alias, { exact: true }).fill(`renamed-${language}`)
      await editing.getByLabel(text.description, { exact: true }).fill('of the shop')
      assert.deepEqual(await barriersOf(page), [])
      await button(editing, words.frame.save).click()
      await heading(page, `renamed-${language}`).waitFor()
      await page.getByText('of the shop', { exact: true }).waitFor()

      await button(page, text.disable).click()
      const asking = page.getByRole('dialog', { name: text.disableTitle })
      await asking.waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await button(asking, text.disable).click()
      await page.getByText(text.disabledText).waitFor()
      assert.equal((await detailsOf(keyId)).key_state, '3')
      await button(page, text.enable).click()
      await button(page, text.disable).waitFor()
      assert.equal((await detailsOf(keyId)).key_state, '2')

      await button(page, text.deletion).click()
      const deleting = page.getByRole('dialog', { name: text.deletionTitle })
      const certain = button(deleting, text.scheduleDeletion)
      assert.equal(await certain.isDisabled(), true)
      assert.deepEqual(await barriersOf(page), [])
      await deleting.getByLabel(text.typeAlias(`renamed-${language}`)).fill('renamed')
      assert.equal(await certain.isDisabled(), true)
      await deleting.getByLabel(text.typeAlias(`renamed-${language}`)).fill(`renamed-${language}`)
      await deleting.getByLabel(text.deletionDays).fill('6')
      await certain.click()
      await deleting.getByText(words.createKey.intervalMistake(7, 1096)).waitFor()
      assert.equal((await detailsOf(keyId)).key_state, '2')
      await deleting.getByLabel(text.deletionDays).fill('9')
      await certain.click()
      await button(page, text.cancelDeletion).waitFor()
      const { key_state: state, scheduled_deletion_date: until } = await detailsOf(keyId)
      assert.equal(state, '4')
      assert.ok(Number(until) > 0)
      assert.deepEqual(await barriersOf(page), [])
      await button(page, text.cancelDeletion).click()
      await button(page, text.enable).waitFor()
      assert.equal((await detailsOf(keyId)).key_state, '3')
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`its rotation, ${language}: on, by interval, on demand, late; picture and table say the same`, async () => {
      const rotation = words.keyRotation
      const keyId = await world.server.createKey({ key_alias: `turns-${language}` })
      const { page, complaints, close } = await world.openSignedIn(`/keys/${keyId}/rotation`, {
        language,
      })
      await heading(page, rotation.none).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await button(page, rotation.turnOn).click()
      await button(page, rotation.changeInterval).click()
      const dialog = page.getByRole('dialog', { name: rotation.changeInterval })
      await button(dialog, words.frame.days(30)).click()
      assert.deepEqual(await barriersOf(page), [])
      await button(dialog, rotation.changeInterval).click()
      await page.getByText(rotation.intervalEvery(30), { exact: true }).waitFor()

      await advance(31)
      await button(page, rotation.now).click()
      const asking = page.getByRole('dialog', { name: rotation.nowTitle })
      await button(asking, rotation.now).click()
      await asking.waitFor({ state: 'detached' })
      const { key_id } = { key_id: keyId }
      assert.equal((await world.server.kms('disable-key', { key_id })).status, 200)
      await advance(100)
      assert.equal((await world.server.kms('enable-key', { key_id })).status, 200)
      await advance(0)
      await page.reload()
      const rows = page.getByRole('table').getByRole('row')
      await page.getByRole('cell', { name: '3 → 4' }).waitFor()
      assert.equal(await rows.count(), 4)
      const causes = await rows.locator('td:nth-child(5)').allInnerTexts()
      assert.deepEqual(causes, [
        rotation.causes['re-enable'],
        rotation.causes.demand,
        rotation.causes.schedule,
      ])
      const lateness = await rows.locator('td:nth-child(4) .badge.bad').allInnerTexts()
      assert.equal(lateness.length, 1)
      const timeline = page.locator('svg.timeline')
      assert.match((await timeline.getAttribute('aria-label')) ?? '', /4/)
      assert.equal(await timeline.locator('.period:not(.next)').count(), 4)
      assert.equal(await timeline.locator('.done').count(), 3)
      assert.equal(await timeline.locator('.done.late').count(), 1)
      assert.equal(await timeline.locator('.lateness').count(), 1)
      assert.equal(await timeline.locator('.period.next').count(), 1)
      assert.deepEqual(await barriersOf(page), [])
      await picture(page, `key-rotation-${language}`, true)

      await button(page, rotation.turnOff).click()
      await button(page, rotation.turnOn).waitFor()
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`its rotation by use, ${language}: limits are set, reached and taken away`, async () => {
      const { limits, causes } = words.keyRotation
      const keyId = await world.server.createKey({ key_alias: `uses-${language}` })
      const { page, complaints, close } = await world.openSignedIn(`/keys/${keyId}/rotation`, {
        language,
      })
      await page.getByText(limits.noLimit('0'), { exact: true }).first().waitFor()
      await button(page, limits.change).click()
      const dialog = page.getByRole('dialog', { name: limits.change })
      await dialog.getByLabel(limits.maxUses, { exact: true }).fill('99')
      await dialog.getByText(limits.mistake('100')).waitFor()
      assert.equal(await button(dialog, limits.set).isDisabled(), true)
      await dialog.getByLabel(limits.maxUses, { exact: true }).fill('100')
      await dialog.getByLabel(limits.maxBytes, { exact: true }).fill('1000000')
      assert.deepEqual(await barriersOf(page), [])
      await button(dialog, limits.set).click()
      await page.getByText(limits.ofLimit('0', '100'), { exact: true }).waitFor()
      await picture(page, `rotation-limits-${language}`, true)
      for (let n = 0; n < 100; n++) {
        await world.server.kms('encrypt-data', { key_id: keyId, plain_text: 'xy' })
      }
      await page.reload()
      await page.getByText(limits.ofLimit('200', '1,000,000'), { exact: true }).waitFor()
      await advance(1)
      await page.reload()
      await page.getByRole('cell', { name: causes.usage, exact: true }).waitFor()
      await page.getByText(limits.ofLimit('0', '100'), { exact: true }).waitFor()
      await button(page, limits.change).click()
      await dialog.getByLabel(limits.maxUses, { exact: true }).fill('')
      await dialog.getByLabel(limits.maxBytes, { exact: true }).fill('')
      await button(dialog, limits.set).click()
      await page.getByText(limits.noLimit('0'), { exact: true }).first().waitFor()
      assert.deepEqual(await barriersOf(page), [])
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`its old versions, ${language}: retired once unused for long, and restored`, async () => {
      const { retirement, states } = words.usage
      const keyId = await world.server.createKey({ key_alias: `old-${language}` })
      const { page, complaints, close } = await world.openSignedIn(`/keys/${keyId}/rotation`, {
        language,
      })
      assert.equal((await world.server.kms('rotate-on-demand', { key_id: keyId })).status, 200)
      await page.reload()
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        button(page, words.keyRotation.statement).click(),
      ])
      assert.equal(file.suggestedFilename(), `old-${language}-rotation.json`)
      const statement = JSON.parse(await readFile(await file.path(), 'utf8'))
      const payload = JSON.parse(Buffer.from(statement.payload, 'base64url').toString())
      assert.equal(payload.key.key_id, keyId)
      assert.equal(payload.versions.length, 2)

      await tab(page, text.versions).click()
      await page.getByText(retirement.later('').trim()).waitFor()
      assert.equal(await button(page, retirement.retire).count(), 0)
      await advance(91)
      await page.reload()
      await button(page, retirement.retire).click()
      const retiring = page.getByRole('dialog', { name: retirement.title(1) })
      await button(retiring, retirement.retire).click()
      await retiring.getByText(retirement.noteMistake(3, 500)).waitFor()
      await retiring.getByLabel(retirement.note, { exact: true }).fill('all of the shop')
      assert.deepEqual(await barriersOf(page), [])
      await button(retiring, retirement.retire).click()
      await page.getByText(states.retired, { exact: true }).waitFor()
      await page.getByText('all of the shop').waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await button(page, retirement.restore).click()
      const restoring = page.getByRole('dialog', { name: retirement.restoreTitle(1) })
      await button(restoring, retirement.restore).click()
      await page.getByText(states.former, { exact: true }).waitFor()
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`its names and tags, ${language}`, async () => {
      const labels = words.keyLabels
      const keyId = await world.server.createKey({ key_alias: `named-${language}` })
      const { page, complaints, close } = await world.openSignedIn(`/keys/${keyId}`, { language })
      await tab(page, text.aliases).click()
      await heading(page, labels.noAliases).waitFor()
      await page.getByLabel(labels.newAlias).fill('no alias')
      await button(page, labels.add).click()
      await page.getByText(words.createKey.aliasMistake).waitFor()
      await page.getByLabel(labels.newAlias).fill(`other-${language}`)
      await button(page, labels.add).click()
      await page.getByRole('cell', { name: `other-${language}`, exact: true }).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await button(page, labels.removeIt(`other-${language}`)).click()
      await heading(page, labels.noAliases).waitFor()

      await tab(page, text.tags).click()
      await page.getByLabel(labels.tagName, { exact: true }).fill('team')
      await page.getByLabel(new RegExp(`^${labels.tagValue}`)).fill('shop')
      await button(page, labels.add).click()
      await page.getByRole('link', { name: 'team', exact: true }).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await page.getByRole('link', { name: 'team', exact: true }).click()
      await page.waitForURL(/[?&]tag=/)
      await page.getByText(`named-${language}`, { exact: true }).waitFor()
      await page.goBack()
      await page.waitForURL(/\/tags$/)
      await button(page, labels.removeIt('team')).click()
      await heading(page, labels.noTags).waitFor()
      assert.deepEqual(complaints, [])
      await close()
    })

    test(`its grants and its public key, ${language}`, async () => {
      const labels = words.keyLabels
      const keyId = await world.server.createKey({
        key_alias: `shared-${language}`,
        key_spec: 'EC_P256',
      })
      const { page, complaints, close } = await world.openSignedIn(`/keys/${keyId}/grants`, {
        language,
      })
      await heading(page, labels.noGrants).waitFor()
      await button(page, labels.newGrant).click()
      const dialog = page.getByRole('dialog', { name: labels.grantTitle })
      await dialog.getByLabel(labels.grantee).fill('not an id')
      await button(dialog, labels.grant).click()
      await dialog.getByText(labels.granteeMistake).waitFor()
      assert.deepEqual(await barriersOf(page), [])
      await dialog.getByLabel(labels.grantee).fill('0123456789abcdef')
      await dialog.getByLabel(labels.operationNames.sign, { exact: true }).check()
      await dialog.getByLabel(new RegExp(`^${labels.grantName}`)).fill('batch-job')
      await button(dialog, labels.grant).click()
      await page.getByText('batch-job', { exact: true }).waitFor()
      const { body } = await world.server.kms('list-grants', { key_id: keyId })
      assert.deepEqual(body.grants[0].operations, ['encrypt-data', 'decrypt-data', 'sign'])
      assert.deepEqual(await barriersOf(page), [])
      await button(page, `${labels.revoke}: batch-job`).click()
      await page.getByRole('menuitem', { name: labels.revoke }).click()
      await button(page.getByRole('dialog', { name: labels.revokeTitle }), labels.revoke).click()
      await heading(page, labels.noGrants).waitFor()

      await tab(page, text.publicKey).click()
      const { body: shown } = await world.server.kms('get-publickey', { key_id: keyId })
      const pem = await page.locator('pre').innerText()
      assert.equal(pem.trim(), shown.public_key.trim())
      const downloading = page.waitForEvent('download')
      await button(page, labels.download).click()
      assert.equal((await downloading).suggestedFilename(), `shared-${language}.pem`)
      assert.deepEqual(await barriersOf(page), [])
      assert.deepEqual(complaints, [])
      await close()
    })
  }

  test('what somebody else changed meanwhile is seen once the server refuses', async () => {
    const key_id = await world.server.createKey({ key_alias: 'shared' })
    const { page, complaints, close } = await world.openSignedIn(`/keys/${key_id}`)
    await button(page, WORDS.en.key.disable).waitFor()
    const elsewhere = await world.server.kms('schedule-key-deletion', { key_id, pending_days: '7' })
    assert.equal(elsewhere.status, 200)
    await button(page, WORDS.en.key.disable).click()
    await button(page.getByRole('dialog'), WORDS.en.key.disable).click()
    await button(page, WORDS.en.key.cancelDeletion).waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })

  test('a key that rotated often is shown by its last rotations, and the earlier on request', async () => {
    const key_id = await world.server.createKey({ key_alias: 'often' })
    for (let n = 0; n < 120; n++) await world.server.kms('rotate-on-demand', { key_id })
    const { page, complaints, close } = await world.openSignedIn(`/keys/${key_id}/rotation`)
    const rows = page.getByRole('table').getByRole('row')
    await page.getByRole('cell', { name: '120 → 121' }).waitFor()
    assert.equal(await rows.count(), 51)
    const earlier = button(page, WORDS.en.keyRotation.earlier)
    await earlier.click()
    await page.getByRole('cell', { name: '50 → 51', exact: true }).waitFor()
    assert.equal(await rows.count(), 101)
    await earlier.click()
    await page.getByRole('cell', { name: '1 → 2', exact: true }).waitFor()
    assert.equal(await rows.count(), 121)
    assert.equal(await earlier.count(), 0)
    assert.deepEqual(complaints, [])
    await close()
  })
})
