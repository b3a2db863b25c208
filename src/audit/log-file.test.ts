import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, mock, test } from 'node:test'
import { LogFile } from './log-file.ts'

/** The next piece is written by half, and cutting it off fails so many times. */
function failing(cuts: number): void {
  const { writeSync, ftruncateSync } = fs
  let writes = 0
  let truncations = 0
  mock.method(fs, 'writeSync', (fd: number, bytes: Uint8Array, offset: number, length: number) => {
    writes++
    if (writes === 2) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    return writeSync(fd, bytes, offset, writes === 1 ? Math.ceil(length / 2) : length)
  })
  mock.method(fs, 'ftruncateSync', (fd: number, length: number) => {
    truncations++
    if (truncations <= cuts) throw Object.assign(new Error('broken'), { code: 'EIO' })
    ftruncateSync(fd, length)
  })
  syncBuiltinESMExports()
}

describe('a file that is written at its end alone', () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'keyturn-log-file-'))
  let files = 0
  afterEach(() => {
    mock.restoreAll()
    syncBuiltinESMExports()
  })

  for (const [what, failures] of [
    ['is cut off', 0],
    ['is cut off with the next piece, if it cannot be at once', 1],
    ['is cut off later, if it cannot be for long', 2],
  ] as const) {
    test(`of a piece that was written half what is there ${what}`, () => {
      const path = join(folder, String(files++))
      const file = new LogFile(path)
      file.append(Buffer.from('first\n'))
      failing(failures)
      assert.throws(() => file.append(Buffer.from('this has no room\n')), { code: 'ENOSPC' })
      for (let again = 1; again < failures; again++) {
        assert.throws(() => file.append(Buffer.from('nor has this\n')), { code: 'EIO' })
      }
      file.append(Buffer.from('second\n'))
      file.close()
      assert.equal(fs.readFileSync(path, 'utf8'), 'first\nsecond\n')
    })
  }
})
