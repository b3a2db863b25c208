import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { makeLog } from '../../src/server/log.ts'
import { metricsCatalog } from '../../src/server/metrics-catalog.ts'
import { serve } from '../../src/server/serve.ts'
import { readSettings } from '../../src/server/settings.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'
import { startTestServer } from '../server.ts'

const RULES = 'deploy/prometheus/alerts.yml'
const RULE_TESTS = 'deploy/prometheus/alerts.test.yml'
const DASHBOARD = 'deploy/grafana/keyturn.json'
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined
const NO_PROMTOOL = 'promtool is not installed'

/** Names of metrics in a query; what is a function, a label or a word of the language is not. */
function metricsIn(expression: string): readonly string[] {
  const names = expression
    .replaceAll(/\{[^}]*\}/g, '')
    .matchAll(/\b((?:keyturn|process|nodejs)_[a-z0-9_]+|up)\b(?!\()/g)
  return [...names].map(([, name]) => name ?? '')
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly [name: string]: string }[] }[]
}

const rules = (parse(readFileSync(RULES, 'utf8')) as Rules).groups.flatMap((group) => group.rules)
const dashboardText = readFileSync(DASHBOARD, 'utf8')
const queries = [...dashboardText.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
  ([, text]) => JSON.parse(text ?? '') as string,
)

describe('dashboard and alerts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-alerts-'))
  const exported = new Set<string>()
  let page = ''
  before(async () => {
    const { certFile, keyFile } = makeCertificate(folder)
    const server = await startTestServer()
    try {
      await server.createKey()
      page = (await server.send('GET', '/metrics', { token: null })).text
    } finally {
      await server.stop()
    }
    // The certificate is on the page of a server with TLS.
    const flags = [
      ...['--listen', '127.0.0.1:0', '--data', join(folder, 'data'), '--workers', '1'],
      ...['--log-level', 'silent', '--tls-cert', certFile, '--tls-key', keyFile],
    ]
    const running = await serve(readSettings(flags, {}).settings, makeLog('silent'))
    try {
      page += await new Promise<string>((resolve, reject) => {
        const url = `${running.url}/metrics`
        get(url, { ca: readFileSync(certFile) }, async (response) => {
          let text = ''
          for await (const chunk of response) text += chunk
          resolve(text)
        }).on('error', reject)
      })
    } finally {
      await running.stop()
    }
    for (const [, name] of page.matchAll(/^([a-z_0-9]+)(?:\{| )/gm)) exported.add(name ?? '')
    exported.add('up')
    for (const [, name] of page.matchAll(/^# TYPE (\S+) /gm)) exported.add(name ?? '')
  })
  after(() => rmSync(folder, { recursive: true }))

  test('every metric of the dashboard and of the rules is on a real page', () => {
    const asked = [...queries, ...rules.map(({ expr }) => expr ?? '')].flatMap(metricsIn)
    assert.ok(queries.length > 25 && asked.length > 45, `${queries.length}, ${asked.length}`)
    assert.deepEqual(
      asked.filter((name) => !exported.has(name)),
      [],
    )
  })

  test('every metric that is exported is documented, and the other way round', () => {
    const documented = new Set(metricsCatalog().map(({ name }) => name))
    const families = [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? '')
    assert.deepEqual(new Set(families), documented)
  })

  test('every rotation figure is on the dashboard, first of all', () => {
    const asked = new Set(queries.flatMap(metricsIn))
    for (const { name } of metricsCatalog()) {
      if (name.includes('rotation')) assert.ok(asked.has(name), name)
    }
    const { panels } = JSON.parse(dashboardText)
    assert.equal(panels[0].title, 'Rotation')
    const ids = panels.map(({ id }: { readonly id: number }) => id)
    assert.equal(new Set(ids).size, ids.length)
  })

  test('each alert says what to do in both languages, and has its tests', () => {
    const tests = readFileSync(RULE_TESTS, 'utf8')
    for (const { alert = '' } of rules) {
      for (const file of ['docs/observability.md', 'docs/observability.zh.md']) {
        assert.ok(readFileSync(file, 'utf8').includes(`\`${alert}\``), `${file}: ${alert}`)
      }
      assert.ok(tests.includes(`${alert} comes`) && tests.includes(`${alert} stays away`), alert)
    }
  })

  test('promtool has nothing against the rules', { skip: !hasPromtool && NO_PROMTOOL }, () => {
    const options = { encoding: 'utf8' } as const
    assert.match(execFileSync('promtool', ['check', 'rules', RULES], options), /SUCCESS/)
    assert.match(execFileSync('promtool', ['test', 'rules', RULE_TESTS], options), /SUCCESS/)
  })

  test('promtool reads every query', { skip: !hasPromtool && NO_PROMTOOL }, () => {
    const file = join(folder, 'queries.yml')
    const plain = queries.map((query) => query.replaceAll('$__rate_interval', '5m'))
    const records = plain.map((expr, index) => ({ record: `query:${index}`, expr }))
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: records }] }))
    const { stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], {
      encoding: 'utf8',
    })
    assert.match(stdout, new RegExp(`SUCCESS: ${queries.length} rules found`), stderr)
  })

  test('promtool reads the page', { skip: !hasPromtool && NO_PROMTOOL }, () => {
    const { stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: page.slice(0, page.indexOf('# HELP', page.indexOf('process_uptime_seconds '))),
      encoding: 'utf8',
    })
    assert.ok(status === 0 || status === 3, stderr) // 3: only opinions about names
    assert.doesNotMatch(stderr, /error while|unexpected|parsing/)
  })
})
