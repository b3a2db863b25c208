import { spawnSync } from 'node:child_process'
import type { Browser, Locator, Page } from 'playwright-core'
import { ROOT } from '../../scripts/console-mark.mjs'
import { EN } from '../../src/console/words/en/index.ts'
import type { Words } from '../../src/console/words/words.ts'
import { ZH } from '../../src/console/words/zh/index.ts'
import { type Credentials, startTestServer, type TestServer } from '../server.ts'
import { type Language, openBrowser, openTab, type Tab, type TabOptions } from './browser.ts'

/** What the console says, by language. */
export const WORDS: Readonly<Record<Language, Words>> = { en: EN, zh: ZH }

/** A server with its console, and a browser to look at it. */
export interface ConsoleWorld {
  readonly server: TestServer
  readonly browser: Browser
  /** Opens a tab at an address below /console. */
  readonly open: (path: string, options?: TabOptions) => Promise<Tab>
  /** Opens a tab, signs in as the administrator, and is at the address. */
  readonly openSignedIn: (path: string, options?: TabOptions) => Promise<Tab>
  readonly stop: () => Promise<void>
}

/**
 * Starts both, with the console as its sources are now.
 *
 * @param directory An existing data folder; it is then kept.
 */
export async function startConsole(
  flags: readonly string[] = [],
  directory?: string,
): Promise<ConsoleWorld> {
  buildConsole()
  const server = await startTestServer({ flags, ...(directory === undefined ? {} : { directory }) })
  const browser = await openBrowser()
  async function open(path: string, options?: TabOptions): Promise<Tab> {
    const tab = await openTab(browser, options)
    await tab.page.goto(`${server.url}/console${path}`)
    return tab
  }
  return {
    server,
    browser,
    open,
    async openSignedIn(path, options) {
      const tab = await open(path, options)
      await signIn(tab.page, server.credentials, WORDS[options?.language ?? 'en'])
      return tab
    },
    async stop() {
      await browser.close()
      await server.stop()
    },
  }
}

/** Signs in with a password, on the page that asks for it. */
export async function signIn(
  page: Page,
  credentials: Pick<Credentials, 'user_name' | 'password'>,
  words: Words,
): Promise<void> {
  await page.getByLabel(words.signIn.userName, { exact: true }).fill(credentials.user_name)
  await page.locator('input[type=password]').fill(credentials.password)
  await page.getByRole('button', { name: words.signIn.submit, exact: true }).click()
  await page.getByRole('navigation', { name: words.frame.navigation }).waitFor()
}

/** A heading, when it is there. */
export function heading(page: Page, name: string | RegExp): Locator {
  return page.getByRole('heading', { name, ...(typeof name === 'string' ? { exact: true } : {}) })
}

/** When the page has a heading, and all that it waits for is there. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForFunction(() => document.querySelector('main .skeleton') === null)
}

/** How many pixels of the page do not fit into the window's width. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
}

/** Builds the console, unless it is what its sources say. */
export function buildConsole(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build-stale-console.mjs'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('the console was not built')
}
