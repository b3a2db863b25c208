import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/** What each room may import: rooms, and packages. Nothing else. */
const ROOMS: Readonly<Record<string, { rooms: readonly string[]; packages: readonly string[] }>> = {
  core: { rooms: [], packages: [] },
  crypto: {
    rooms: ['core'],
    packages: [
      'node:crypto',
      'node:util',
      'node:os',
      'node:worker_threads',
      '@noble/curves/abstract/edwards.js',
      '@noble/curves/ed25519.js',
      '@noble/curves/nist.js',
      '@noble/curves/secp256k1.js',
      'sm-crypto-v2',
      'jose',
    ],
  },
  contract: { rooms: ['core'], packages: ['typebox', 'typebox/compile'] },
  ports: { rooms: ['core', 'crypto'], packages: [] },
  app: { rooms: ['core', 'crypto', 'contract', 'ports'], packages: ['lru-cache'] },
  auth: { rooms: ['core', 'crypto', 'ports'], packages: ['node:crypto', 'lru-cache'] },
  storage: {
    rooms: ['core', 'ports', 'files'],
    packages: [
      'kysely',
      'node:sqlite',
      'node:fs',
      'node:path',
      'node:timers/promises',
      'node:tls',
      'node:url',
      'pg',
    ],
  },
  seals: {
    rooms: ['core', 'crypto', 'files', 'ports'],
    packages: ['node:crypto', 'node:fs/promises', 'node:path', 'shamir-secret-sharing'],
  },
  tokens: {
    rooms: ['core', 'crypto', 'ports'],
    packages: [
      'node:child_process',
      'node:crypto',
      'node:ffi',
      'node:module',
      'node:os',
      'node:process',
      'node:url',
      'node:util',
    ],
  },
  audit: {
    rooms: ['core', 'crypto', 'ports', 'files'],
    packages: [
      'node:crypto',
      'node:dgram',
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:path',
      'node:stream',
      'node:timers/promises',
      'node:tls',
    ],
  },
  events: {
    rooms: ['core', 'crypto', 'ports'],
    packages: ['node:crypto', 'node:http', 'node:https'],
  },
  tracing: {
    rooms: ['ports'],
    packages: [
      'node:async_hooks',
      'node:http',
      '@opentelemetry/api',
      '@opentelemetry/core',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace',
    ],
  },
  client: { rooms: [], packages: [] },
  reference: { rooms: ['contract'], packages: [] },
  scheduler: { rooms: ['core', 'ports', 'app'], packages: [] },
  http: {
    rooms: ['core', 'crypto', 'contract', 'app', 'auth', 'ports', 'reference'],
    packages: [
      'node:http',
      'node:https',
      'node:net',
      'node:buffer',
      'node:crypto',
      'node:stream',
      'lru-cache',
    ],
  },
  files: {
    rooms: ['crypto'],
    packages: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:stream'],
  },
  backup: {
    rooms: ['core', 'crypto', 'ports', 'files', 'storage'],
    packages: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:timers/promises'],
  },
  server: {
    rooms: [
      'core',
      'crypto',
      'contract',
      'client',
      'ports',
      'app',
      'auth',
      'storage',
      'seals',
      'tokens',
      'audit',
      'scheduler',
      'events',
      'tracing',
      'http',
      'files',
      'backup',
    ],
    packages: [
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:http',
      'node:https',
      'node:module',
      'node:net',
      'node:os',
      'node:path',
      'node:perf_hooks',
      'node:timers/promises',
      'node:tls',
      'node:url',
      'node:util',
      'node:worker_threads',
      'pino',
      'prom-client',
      'smol-toml',
    ],
  },
  console: {
    rooms: ['core', 'contract', 'client'],
    packages: [
      '@kobalte/core/dialog',
      '@kobalte/core/dropdown-menu',
      '@solidjs/router',
      '@tanstack/solid-virtual',
      'solid-js',
      'solid-js/store',
      'solid-js/web',
      'uplot',
    ],
  },
  cli: {
    rooms: [
      'core',
      'crypto',
      'contract',
      'ports',
      'audit',
      'client',
      'files',
      'reference',
      'seals',
      'server',
    ],
    packages: [
      'node:fs',
      'node:http',
      'node:https',
      'node:module',
      'node:os',
      'node:path',
      'node:string_decoder',
      'node:util',
      'smol-toml',
    ],
  },
}

const IMPORT =
  /^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm

/** Source files of the product, without their tests. */
const files = globSync('src/**/*.{ts,tsx}').filter(
  (file) => !/\.(test|conformance)\.ts$/.test(file),
)

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

test('every file is in a room that is listed', () => {
  for (const file of files) assert.ok(ROOMS[file.split('/')[1] ?? ''], file)
})

test('no room imports what its line does not name', () => {
  const offences: string[] = []
  for (const file of files) {
    const room = file.split('/')[1] ?? ''
    const allowed = ROOMS[room]
    for (const target of importsOf(file)) {
      if (target.startsWith('.')) {
        const path = normalize(join(dirname(file), target))
        const other = path.split('/')[1] ?? ''
        if (other !== room && !allowed?.rooms.includes(other)) offences.push(`${file} → ${path}`)
      } else if (!allowed?.packages.includes(target)) {
        offences.push(`${file} → ${target}`)
      }
    }
  }
  assert.deepEqual(offences, [])
})

test('the console takes types alone of the contract: it is fetched over the network', () => {
  const offences = files
    .filter((file) => file.startsWith('src/console/'))
    .filter((file) =>
      /^import (?!type )[^'"]*'(\.\.\/)+contract\//m.test(readFileSync(file, 'utf8')),
    )
  assert.deepEqual(offences, [])
})

test('no file is longer than 400 lines, and names are kebab-case', () => {
  for (const file of files) {
    const name = file.split('/').at(-1) ?? ''
    assert.match(name, /^(\d{4}-)?[a-z0-9]+(-[a-z0-9]+)*\.tsx?$/, file)
    assert.doesNotMatch(name, /utils|helpers|common|manager|service/, file)
    const lines = readFileSync(file, 'utf8').split('\n').length
    assert.ok(lines <= 401, `${file} has ${lines} lines`)
  }
})

test('every export has a doc comment', () => {
  const missing: string[] = []
  const exported = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/
  for (const file of files) {
    const lines = readFileSync(file, 'utf8').split('\n')
    for (const [index, line] of lines.entries()) {
      const name = exported.exec(line)?.[1]
      if (name === undefined) continue
      const before = lines[index - 1]?.trim() ?? ''
      const isHandlerOrRow = /^export const \w+(: Handler<| = operation\()/.test(line)
      if (!before.endsWith('*/') && !isHandlerOrRow) missing.push(`${file}: ${name}`)
    }
  }
  assert.deepEqual(missing, [])
})

test('only lend shows a secret: no other way into SecretBytes', () => {
  const text = readFileSync('src/crypto/secret-bytes.ts', 'utf8')
  const members = [...text.matchAll(/^ {2}(?:static |get )?(\w+|\[[\w.]+\])[(<]/gm)].map(
    (m) => m[1],
  )
  assert.deepEqual(members.sort(), [
    '[inspect.custom]',
    'constructor',
    'lend',
    'length',
    'random',
    'toJSON',
    'toString',
    'wipe',
  ])
})

test('the nonce-taking door of the cipher is used by tests alone', () => {
  for (const file of files) {
    if (file === 'src/crypto/xaes-256-gcm.ts') continue
    assert.doesNotMatch(readFileSync(file, 'utf8'), /xaesWithNonces/, file)
  }
})
