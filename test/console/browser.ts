import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

/** The languages in which every journey is made, as browsers name them. */
export const LOCALES = { en: 'en-GB', zh: 'zh-CN' } as const

/** A language of the console. */
export type Language = keyof typeof LOCALES

/** Screens that the console is looked at on. */
export const SCREENS = {
  desktop: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 375, height: 780 }, isMobile: true, hasTouch: true },
} as const satisfies Record<string, BrowserContextOptions>

/** The browser that tests use. */
export const BROWSER = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const IMAGES = new URL('../../docs/images/', import.meta.url)

/** Why there are no tests in a browser; undefined: there are. */
export const withoutBrowser: string | undefined = existsSync(BROWSER)
  ? undefined
  : `left out: ${BROWSER} is missing (Debian: apt install chromium fonts-noto-cjk)`

/** What a browser is always started with. */
export const BROWSER_ARGUMENTS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-dev-shm-usage',
]

/** A real browser, without a window. */
export function openBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: BROWSER, args: [...BROWSER_ARGUMENTS, ...flags] })
}

/** How a tab is to be. */
export interface TabOptions {
  readonly language?: Language
  readonly screen?: keyof typeof SCREENS
  readonly theme?: 'light' | 'dark'
}

/** A tab in which everything that goes wrong is written down. */
export interface Tab {
  readonly page: Page
  readonly context: BrowserContext
  /** What a person who develops would see as wrong: errors in the console, refusals by the policy. */
  readonly complaints: string[]
  /** Every request that the tab sent, with its body. */
  readonly sent: SentRequest[]
  readonly close: () => Promise<void>
}

/** A request as it left the browser. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Opens a tab of its own: nothing of others is kept in it. */
export async function openTab(browser: Browser, options: TabOptions = {}): Promise<Tab> {
  const { language = 'en', screen = 'desktop', theme = 'light' } = options
  const context = await browser.newContext({
    ...SCREENS[screen],
    locale: LOCALES[language],
    timezoneId: 'UTC',
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  const sent: SentRequest[] = []
  page.on('console', (message) => {
    // That a request was refused is no fault of the page: journeys provoke it.
    const isRefusal = /^Failed to load resource: the server responded with a status/.test(
      message.text(),
    )
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  page.on('request', (request) =>
    sent.push({
      method: request.method(),
      url: request.url(),
      headers: request.headers(),
      body: request.postDataBuffer() ?? Buffer.alloc(0),
    }),
  )
  return { page, context, complaints, sent, close: () => context.close() }
}

/** A violation of the rules of accessibility, in one line. */
export type Barrier = string

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What stands in the way of people with other means: what axe-core calls serious or critical. */
export async function barriersOf(page: Page): Promise<readonly Barrier[]> {
  // Through the developer's door, which the policy of the page does not guard.
  await page.evaluate(await readFile(axeSource, 'utf8'))
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: Axe } // put there just now
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}\n${failureSummary}`),
      )
  })
}

interface Axe {
  run(
    place: unknown,
    options: { readonly resultTypes: readonly string[] },
  ): Promise<{
    readonly violations: readonly {
      readonly id: string
      readonly impact: string | null
      readonly nodes: readonly {
        readonly target: readonly string[]
        readonly failureSummary: string
      }[]
    }[]
  }>
}

/** Most of a long page that a picture shows, in pixels. */
const MOST_PX = 1_900

/** Keeps a picture of the page for the documents, if `KEYTURN_SCREENSHOTS` is 1. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  if (process.env['KEYTURN_SCREENSHOTS'] !== '1') return
  await mkdir(IMAGES, { recursive: true })
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  const path = new URL(`console-${name}.png`, IMAGES).pathname
  if (!fullPage) {
    await page.screenshot({ path })
    return
  }
  // From the top, where the head is, and with the pointer on nothing.
  await page.mouse.move(0, 0)
  const [width, height] = await page.evaluate(() => {
    scrollTo(0, 0)
    return [innerWidth, document.documentElement.scrollHeight] as const
  })
  const clip = { x: 0, y: 0, width, height: Math.min(height, MOST_PX) }
  await page.screenshot({ path, fullPage, clip })
}
