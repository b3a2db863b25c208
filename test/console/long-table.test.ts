import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ProjectId, TenantId } from '../../src/core/ids.ts'
import { fileSeal } from '../../src/seals/file-seal.ts'
import { fillSqlite } from '../scale/fill-store.ts'
import { startTestServer } from '../server.ts'
import { withoutBrowser } from './browser.ts'
import { type ConsoleWorld, startConsole } from './start-console.ts'

const KEYS = 4000
/** Rows of the table that are in the page at most: those on the screen, and some above and below. */
const MOST_ROWS = 60
/** Pages of 100 rows that are in memory at most. */
const MOST_PAGES = 8

describe('a long table of keys in a browser', { skip: withoutBrowser }, () => {
  let directory = ''
  let world: ConsoleWorld
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyturn-long-table-'))
    const first = await startTestServer({ directory })
    await first.stop()
    await fillSqlite(join(directory, 'keyturn.sqlite'), {
      keys: KEYS,
      projectId: first.credentials.project_id as ProjectId, // the server has made it
      tenantId: first.credentials.domain_id as TenantId, // likewise
      root: await fileSeal({ path: join(directory, 'root.key') }).open(),
    })
    world = await startConsole([], directory)
  })
  after(async () => {
    await world?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  test('is scrolled to its end with few rows in the page and few in memory', async () => {
    const { page, complaints, close } = await world.openSignedIn('/keys')
    await page.locator('[data-row="0"] a').waitFor()
    const most = await page.evaluate(
      (last) =>
        new Promise<{ rows: number; pages: number }>((resolve) => {
          const grid = document.querySelector<HTMLElement>('.keys')
          const most = { rows: 0, pages: 0 }
          const step = (): void => {
            const shown = document.querySelectorAll<HTMLElement>('[data-row]')
            most.rows = Math.max(most.rows, shown.length)
            most.pages = Math.max(most.pages, Number(grid?.dataset['keptPages']))
            if (grid !== null) grid.scrollTop = grid.scrollHeight
            if (document.querySelector(`[data-row="${last}"] a`) !== null) resolve(most)
            else requestAnimationFrame(step)
          }
          step()
        }),
      KEYS - 1,
    )
    assert.ok(most.rows > 10 && most.rows <= MOST_ROWS, `${most.rows} rows`)
    assert.ok(most.pages > 1 && most.pages <= MOST_PAGES, `${most.pages} pages`)

    // Rows that were dropped come back when they are looked at.
    await page.evaluate(() => document.querySelector('.keys')?.scrollTo(0, 0))
    await page.locator('[data-row="0"] a').waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })
})
