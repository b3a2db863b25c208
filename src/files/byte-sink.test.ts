import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openFileSink } from './byte-sink.ts'
import { openFileSource } from './byte-source.ts'

describe('a file that is written whole or not at all', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-sink-'))
  })
  after(() => rmSync(folder, { recursive: true }))
  const place = (name: string) => {
    mkdirSync(join(folder, name))
    return join(folder, name, 'out')
  }
  const namesBeside = (path: string) => readdirSync(join(path, '..'))

  test('has its name in the end only, and is its owner’s alone', async () => {
    const path = place('new')
    const sink = await openFileSink(path, false)
    await sink.write([Buffer.from('one '), Buffer.from('two')])
    assert.equal(existsSync(path), false)
    await sink.commit()
    assert.deepEqual(namesBeside(path), ['out'])
    assert.equal(readFileSync(path, 'utf8'), 'one two')
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  test('leaves nothing behind when it is given up, once or twice', async () => {
    const path = place('given-up')
    const sink = await openFileSink(path, true)
    await sink.write([Buffer.from('plain')])
    sink.discardNow()
    assert.deepEqual(namesBeside(path), [])
    await sink.discard()
  })

  test('never takes the place of a file, not even of one that came meanwhile', async () => {
    const path = place('taken')
    const sink = await openFileSink(path, false)
    writeFileSync(path, 'mine')
    await assert.rejects(sink.commit(), /is there already/)
    sink.discardNow()
    await assert.rejects(openFileSink(path, false), /is there already/)
    assert.equal(readFileSync(path, 'utf8'), 'mine')
    assert.deepEqual(namesBeside(path), ['out'])
  })

  test('takes it when told so', async () => {
    const path = place('forced')
    writeFileSync(path, 'old', { mode: 0o644 })
    const sink = await openFileSink(path, true)
    await sink.write([Buffer.from('new')])
    assert.equal(readFileSync(path, 'utf8'), 'old')
    await sink.commit()
    assert.equal(readFileSync(path, 'utf8'), 'new')
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  test('never takes the place of what is no regular file', async () => {
    const path = place('link')
    symlinkSync('/dev/null', path)
    for (const target of [path, '/dev/null', folder]) {
      await assert.rejects(openFileSink(target, true), /no regular file/)
    }
  })

  test('a folder is no source', async () => {
    await assert.rejects(openFileSource(folder), /directory/)
  })
})
