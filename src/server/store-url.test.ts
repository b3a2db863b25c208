import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'
import { parseStoreUrl } from './store-url.ts'

const SECRET = 'geheim'

test('what a store URL says', () => {
  const near = { port: 5432, database: 'k', user: 'u', password: undefined, sslMode: 'disable' }
  for (const [text, expected] of [
    ['postgres://u@127.0.0.1/k', { ...near, host: '127.0.0.1' }],
    ['postgres://u@localhost/k', { ...near, host: 'localhost' }],
    ['postgresql://u@[::1]:7/k', { ...near, host: '::1', port: 7 }],
    ['postgres://u@/k?host=/run/postgresql', { ...near, host: '/run/postgresql' }],
    ['postgres://u@:6/k?host=/run', { ...near, host: '/run', port: 6 }],
    ['postgres:///k?host=/run', { ...near, host: '/run', user: undefined }],
    ['postgres://u@db.example/k', { ...near, host: 'db.example', sslMode: 'verify-full' }],
    ['postgres://u@10.0.0.1/k', { ...near, host: '10.0.0.1', sslMode: 'verify-full' }],
    ['postgres://u@db/k?sslmode=require', { ...near, host: 'db', sslMode: 'require' }],
    ['postgres://u@db/k?sslmode=verify-ca', { ...near, host: 'db', sslMode: 'verify-ca' }],
    [
      'postgres://u@127.0.0.1/k?sslmode=verify-full',
      { ...near, host: '127.0.0.1', sslMode: 'verify-full' },
    ],
    [
      'postgres://a%40b:p%2F%3A@db/k',
      { ...near, host: 'db', user: 'a@b', password: 'p/:', sslMode: 'verify-full' },
    ],
  ] as const) {
    assert.deepEqual(parseStoreUrl(text), expected, text)
  }
})

test('what will not do is refused without a word of it', () => {
  for (const text of [
    '',
    'k.sqlite',
    `mysql://u:${SECRET}@h/k`,
    `postgres://u:${SECRET}@h`,
    `postgres://u:${SECRET}@h/`,
    `postgres://u:${SECRET}@h/a/b`,
    `postgres:///k`,
    `postgres://u:${SECRET}@h/k?sslmode=prefer`,
    `postgres://u:${SECRET}@h/k?sslmode=`,
    `postgres://u:${SECRET}@h/k?password=${SECRET}`,
    `postgres://u:${SECRET}@h/k?host=/run`,
    `postgres://u:${SECRET}@/k?host=run`,
    `postgres://u:${SECRET}@h/k#x`,
    `postgres://u:%E0%A4%A@h/k`,
  ]) {
    const parsed = parseStoreUrl(text)
    assert.ok('problem' in parsed, text)
    for (const words of Object.values(parsed.problem))
      assert.doesNotMatch(words, new RegExp(SECRET))
    assert.throws(
      () => readSettings([], { KEYTURN_STORE: text === '' ? 'x' : text }),
      (error: Error) => error.name === 'SettingsError' && !error.message.includes(SECRET),
    )
  }
})

test('a password may stand in the variable, not in the flag', () => {
  const url = `postgres://u:${SECRET}@db/k`
  assert.equal(readSettings([], { KEYTURN_STORE: url }).settings.store, url)
  assert.throws(() => readSettings(['--store', url], {}), /list of processes/)
  assert.throws(
    () => readSettings(['--store', url], {}),
    (error: Error) => !error.message.includes(SECRET),
  )
})
