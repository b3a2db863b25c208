import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { MAX_SMALL_BYTES, readSmall } from './read-small.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-small-'))
after(() => rmSync(folder, { recursive: true }))

test('a file is read whole, whatever its length', () => {
  const path = join(folder, 'file')
  for (const length of [0, 1, 16_383, 16_384, 16_385, 100_000, MAX_SMALL_BYTES - 1]) {
    writeFileSync(path, Buffer.alloc(length, 7))
    assert.deepEqual(readSmall(path), readFileSync(path), String(length))
  }
  assert.deepEqual(readSmall(openSync(path, 'r')), readFileSync(path))
})

test('what is too long or never ends is given up', { skip: process.platform === 'win32' }, () => {
  const path = join(folder, 'long')
  writeFileSync(path, Buffer.alloc(MAX_SMALL_BYTES))
  for (const file of [path, '/dev/zero']) assert.throws(() => readSmall(file), /more than 1048576/)
  assert.throws(() => readSmall(join(folder, 'absent')), { code: 'ENOENT' })
  assert.throws(() => readSmall(folder), { code: 'EISDIR' })
})

test('a pipe is read to its end', { skip: process.platform === 'win32' }, () => {
  const script = `import { readSmall } from ${JSON.stringify(import.meta.resolve('./read-small.ts'))}
    process.stdout.write(String(readSmall(0).length))`
  const line = `(printf abc; sleep 0.2; printf defg) | "$0" --input-type=module -e "$1"`
  const out = execFileSync('sh', ['-c', line, process.execPath, script], { encoding: 'utf8' })
  assert.equal(out, '7')
})
