import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { barriersOf, openBrowser, openTab, withoutBrowser } from './browser.ts'
import { buildConsole, heading, WORDS } from './start-console.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname
const SEALED = { en: 'Sealed', zh: '已封印' } as const

/** Where a server waits, once it has printed that. */
async function addressOf(output: Readable): Promise<string> {
  let said = ''
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    said += chunk
    const url = /sealed on (\S+:\d+)/.exec(said)?.[1]
    if (url !== undefined) return url
  }
  throw new Error(`the server did not start: ${said}`)
}

describe('the console of a server that is sealed', { skip: withoutBrowser }, () => {
  const home = mkdtempSync(join(tmpdir(), 'keyturn-sealed-console-'))
  const data = join(home, 'data')
  const passphrase = join(home, 'passphrase')
  let browser: Browser
  before(async () => {
    buildConsole()
    writeFileSync(passphrase, 'a passphrase of this test\n', { mode: 0o600 })
    keyturn('seal', 'create', '--seal', 'passphrase')
    browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
    rmSync(home, { recursive: true })
  })

  function keyturn(...args: readonly string[]): void {
    const flags = ['--data', data, '--seal-passphrase-file', passphrase]
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args, ...flags])
    assert.equal(status, 0, String(stderr))
  }

  test('it says so in both languages, and goes on by itself once it is unsealed', async () => {
    const args = [MAIN, 'serve', '--data', data, '--listen', '127.0.0.1:0', '--log-level', 'error']
    const env = { PATH: process.env['PATH'] }
    const server = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const url = await addressOf(server.stdout)
      const tabs = await Promise.all(
        (['en', 'zh'] as const).map(async (language) => {
          const tab = await openTab(browser, { language })
          await tab.page.goto(`${url}/console/keys`)
          await heading(tab.page, SEALED[language]).waitFor()
          assert.deepEqual(await barriersOf(tab.page), [])
          return { ...tab, language }
        }),
      )
      keyturn('seal', 'unseal')
      for (const { page, language, complaints, close } of tabs) {
        const submit = WORDS[language].signIn.submit
        await page.getByRole('button', { name: submit, exact: true }).waitFor()
        assert.deepEqual(complaints, [])
        await close()
      }
    } finally {
      server.kill('SIGTERM')
      if (server.exitCode === null) await once(server, 'exit')
    }
  })
})
