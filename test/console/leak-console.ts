import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { findMarks, type Mark } from '../campaigns/leak-search.ts'
import type { Outcome } from '../campaigns/outcome.ts'
import { startTestServer } from '../server.ts'
import { BROWSER, BROWSER_ARGUMENTS } from './browser.ts'
import { buildConsole, heading, signIn, WORDS } from './start-console.ts'

export { withoutBrowser } from './browser.ts'

const words = WORDS.en

/** What the tab keeps of its session. */
const KEPT_TOKEN = `JSON.parse(sessionStorage.getItem('keyturn.session') ?? '{}').token`

/**
 * Signs in to the console with a password and with an access key, imports material, signs out, and looks
 * for each secret in what the browser still has: the page, its fields, address, history, all it stores, and the
 * files of its profile.
 *
 * @param plant Leaves something behind, to show that it is found.
 */
export async function leakConsole(
  plant?: (page: Page, marks: readonly Mark[]) => Promise<unknown>,
): Promise<Outcome> {
  buildConsole()
  const server = await startTestServer()
  const profile = mkdtempSync(join(tmpdir(), 'keyturn-profile-'))
  const places = new Map<string, Buffer>()
  const marks: Mark[] = []
  let context: BrowserContext | undefined
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: BROWSER,
      args: [...BROWSER_ARGUMENTS],
      locale: 'en-GB',
    })
    const page = await context.newPage()
    const addresses: string[] = []
    page.on('request', (request) => {
      addresses.push(`${request.url()} ${request.headers()['referer'] ?? ''}`)
    })
    const material = randomBytes(32)
    const keyId = await server.createKey({ origin: 'external' })
    const { password, secret_key, access_key } = server.credentials
    marks.push(
      { what: 'password', value: password },
      { what: 'secret key', value: secret_key },
      { what: 'material typed', value: material.toString('hex') },
    )
    await page.goto(`${server.url}/console/keys/${keyId}/import`)
    await signIn(page, server.credentials, words)
    const first = await page.evaluate<string>(KEPT_TOKEN)
    await page.getByLabel(words.importing.ways.text).check()
    await page.getByLabel(words.importing.material, { exact: true }).fill(material.toString('hex'))
    await page.getByText(words.importing.ready('32')).waitFor()
    await page.getByRole('button', { name: words.importing.submit }).click()
    await page.getByText(words.importing.sent).waitFor()
    await signOut(page)
    await page.getByRole('button', { name: words.signIn.accessKey, exact: true }).click()
    await page.getByLabel(words.signIn.accessKeyId).fill(access_key)
    await page.getByLabel(words.signIn.secretKey).fill(secret_key)
    await page.getByRole('button', { name: words.signIn.submit, exact: true }).click()
    await page.getByRole('navigation', { name: words.frame.navigation }).waitFor()
    const second = await page.evaluate<string>(KEPT_TOKEN)
    await signOut(page)
    const tokens = [first, second].map((value) => ({ what: 'token', value }))
    await plant?.(page, [...marks, ...tokens])
    const live = new Map<string, Buffer>([['addresses asked', Buffer.from(addresses.join('\n'))]])
    for (const [name, text] of Object.entries(await leftIn(page))) {
      live.set(`${name} of the console`, Buffer.from(text))
    }
    live.set('cookies of the console', Buffer.from(JSON.stringify(await context.cookies())))
    // What the browser sends again when one goes back.
    await page.goBack().catch(() => undefined)
    live.set('the page before', Buffer.from(await page.content()))
    await context.close()
    for (const [name, content] of live) places.set(name, content)
    for (const [name, content] of filesOf(profile)) places.set(`profile: ${name}`, content)
    const bytes = [...places.values()].reduce((sum, { length }) => sum + length, 0)
    return {
      lines: [
        `console: ${marks.length + tokens.length} secrets looked for in ${places.size} places of a browser with ${bytes} bytes`,
      ],
      // A token that was revoked may be in what the browser wrote of the session: nobody else decides that.
      broken: [...findMarks(marks, places), ...findMarks(tokens, live)],
    }
  } finally {
    await context?.close()
    await server.stop()
    rmSync(profile, { recursive: true, force: true })
  }
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: words.frame.account }).click()
  await page.getByRole('menuitem', { name: words.frame.signOut }).click()
  await heading(page, words.signIn.title).waitFor()
}

/** All that a page has and stores, as text. */
function leftIn(page: Page): Promise<Readonly<Record<string, string>>> {
  return page.evaluate(async () => {
    const databases: unknown[] = []
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue
      databases.push(name)
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const asked = indexedDB.open(name)
        asked.onsuccess = () => resolve(asked.result)
        asked.onerror = () => reject(asked.error)
      })
      for (const store of opened.objectStoreNames) {
        databases.push(
          await new Promise((resolve, reject) => {
            const asked = opened.transaction(store).objectStore(store).getAll()
            asked.onsuccess = () => resolve(asked.result)
            asked.onerror = () => reject(asked.error)
          }),
        )
      }
    }
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')]
    return {
      page: document.documentElement.outerHTML,
      fields: JSON.stringify(fields.map(({ value }) => value)),
      address: location.href,
      history: JSON.stringify([history.length, history.state, document.referrer, window.name]),
      localStorage: JSON.stringify(localStorage),
      sessionStorage: JSON.stringify(sessionStorage),
      IndexedDB: JSON.stringify(databases),
      caches: JSON.stringify(await caches.keys()),
    }
  })
}

function filesOf(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
      files.set(name, readFileSync(path))
    }
  }
  return files
}
