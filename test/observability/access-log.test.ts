import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { passwordAuth, signIn } from '../server.ts'

const MAIN = new URL('../../bin/keyturn.mjs', import.meta.url).pathname

/** Runs a server, sends two requests, and answers what it logged and the ids of its replies. */
async function logOf(...flags: readonly string[]) {
  const data = mkdtempSync(join(tmpdir(), 'keyturn-log-'))
  const args = [
    MAIN,
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--data',
    data,
    '--workers',
    '1',
    ...flags,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, logged] = ['', '']
  child.stderr.on('data', (chunk) => {
    logged += chunk
  })
  for await (const chunk of child.stdout) {
    printed += chunk
    if (printed.includes('Ctrl-C')) break
  }
  child.stdout.resume()
  const url = /listens on (\S+)/.exec(printed)?.[1] ?? ''
  const credentials = JSON.parse(readFileSync(join(data, 'bootstrap-credentials.json'), 'utf8'))
  const token = await signIn(url, passwordAuth(credentials))
  const ids: (string | null)[] = []
  for (const name of ['list-keys?secret=in-the-query', 'no-such-call']) {
    const response = await fetch(`${url}/v1.0/${credentials.project_id}/kms/${name}`, {
      method: 'POST',
      headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
      body: '{}',
    })
    await response.arrayBuffer()
    ids.push(response.headers.get('x-request-id'))
  }
  child.kill('SIGTERM')
  await once(child, 'exit')
  rmSync(data, { recursive: true })
  const lines = logged.split('\n').filter((line) => line.startsWith('{'))
  return { ids, logged, lines: lines.map((line) => JSON.parse(line)), token }
}

test('with the access log on there is a line for each request, with its id, without its query', async () => {
  const { ids, lines, logged, token } = await logOf('--access-log', 'on')
  const requests = lines.filter(({ msg }) => msg === 'request')
  assert.deepEqual(
    requests.map(({ method, status }) => `${method} ${status}`),
    ['POST 201', 'POST 200', 'POST 404'],
  )
  assert.deepEqual(
    requests.slice(1).map(({ requestId }) => requestId),
    ids,
  )
  for (const { requestId, ms, source, path, level } of requests) {
    assert.match(requestId, /^[0-9a-f]{32}$/)
    assert.ok(ms > 0 && source === '127.0.0.1' && path.startsWith('/') && level === 'info')
  }
  assert.ok(!logged.includes('in-the-query') && !logged.includes(token))
})

test('with the access log off there is none', async () => {
  const { lines } = await logOf()
  assert.deepEqual(
    lines.filter(({ msg }) => msg === 'request'),
    [],
  )
})
