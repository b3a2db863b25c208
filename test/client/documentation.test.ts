import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { startTestServer, type TestServer } from '../server.ts'

const CLIENT = new URL('../../src/client/index.ts', import.meta.url).href
/** What the examples of a page print, one after the other. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  'docs/client.md': [/^hello$/, /^[12]$/, /^orders/m, /^404 KMS\.0207 The key/, /^v1\.0$/],
  'docs/client.zh.md': [/^hello$/, /^[12]$/, /^orders/m, /^404 KMS\.0207 The key/, /^v1\.0$/],
}

describe('the examples of the client’s pages', () => {
  let server: TestServer
  let folder: string
  before(async () => {
    server = await startTestServer()
    folder = mkdtempSync(join(tmpdir(), 'keyturn-examples-'))
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  for (const [page, printed] of Object.entries(PRINTED)) {
    test(page, async () => {
      const blocks = [...readFileSync(page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
      assert.equal(blocks.length, printed.length)
      for (const [at, [, code = '']] of blocks.entries()) {
        const file = join(folder, `example-${at}.mts`)
        writeFileSync(file, code.replace("'keyturn/client'", `'${CLIENT}'`))
        const { credentials } = server
        const { stdout } = await promisify(execFile)(process.execPath, [file], {
          env: {
            KEYTURN_ENDPOINT: server.url,
            OS_USERNAME: credentials.user_name,
            OS_PASSWORD: credentials.password,
            OS_ACCESS_KEY: credentials.access_key,
            OS_SECRET_KEY: credentials.secret_key,
            OS_TOKEN: server.token,
            OS_PROJECT_ID: credentials.project_id,
          },
        })
        assert.match(stdout.trim(), printed[at] ?? /^$/)
      }
    })
  }
})
