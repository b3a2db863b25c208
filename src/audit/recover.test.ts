import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { EpochMs } from '../core/time.ts'
import { checkpointLine, openCheckpointFile, readCheckpointFiles } from './checkpoint-file.ts'
import { CHAIN_START, fileName, groupHash, sealLine } from './format.ts'
import { findNewestFile, recoverChainEnd } from './recover.ts'

const CHAIN = '0123456789abcdef'
const GROUPS = 6

describe('what the power leaves of an audit log', () => {
  let directory: string
  const ends: number[] = []
  let whole: Buffer
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyturn-recover-'))
    let head: Uint8Array = CHAIN_START
    let text = ''
    for (let n = 1; n <= GROUPS; n++) {
      const line = `{"n":${n},"t":"2026-01-01T00:00:00.000Z","id":"${'x'.repeat(600)}"}\n`
      head = groupHash(CHAIN, head, Buffer.from(line))
      text += line + sealLine(CHAIN, n, 1, head, new Uint8Array(32))
      ends.push(text.length)
    }
    whole = Buffer.from(text)
  })
  after(() => rmSync(directory, { recursive: true }))

  const path = () => join(directory, fileName(CHAIN, 1))
  const recover = (bytes: Buffer, vouched: number) => {
    for (const name of readdirSync(directory)) rmSync(join(directory, name))
    writeFileSync(path(), bytes)
    const newest = findNewestFile(directory)
    assert.ok(newest)
    return recoverChainEnd(directory, newest, vouched)
  }
  const withHole = (group: number): Buffer => {
    const bytes = Buffer.from(whole)
    const from = ends[group - 2] ?? 0
    return bytes.fill(0, from + 10, from + 522)
  }

  test('a log that is whole stays as it is', () => {
    const { count, tornBytes } = recover(whole, 0)
    assert.deepEqual([count, tornBytes], [GROUPS, 0])
    assert.deepEqual(readFileSync(path()), whole)
  })

  // Pages reach the disk in any order: without this a log with zeros in it was gone on with for ever.
  test('after a hole nothing counts, whatever came to the disk of it', () => {
    const bytes = withHole(3)
    const { count, tornBytes } = recover(bytes, 0)
    assert.deepEqual([count, tornBytes], [2, bytes.length - (ends[1] ?? 0)])
    assert.deepEqual(readFileSync(path()), whole.subarray(0, ends[1]))
    const [torn = ''] = readdirSync(directory).filter((name) => name.includes('.torn-'))
    assert.deepEqual(readFileSync(join(directory, torn)), bytes.subarray(ends[1]))
  })

  test('what a checkpoint vouches for is not set aside: who changed it is to be found', () => {
    const bytes = withHole(3)
    assert.equal(recover(bytes, 4).count, GROUPS)
    assert.deepEqual(readFileSync(path()), bytes)
  })

  test('a group that does not follow is not gone on from', () => {
    const swapped = Buffer.concat([
      whole.subarray(0, ends[3]),
      whole.subarray(ends[4], ends[5]),
      whole.subarray(ends[3], ends[4]),
    ])
    assert.equal(recover(swapped, 2).count, 4)
  })

  test('a checkpoint of which a part came to the disk goes, those before it stay', () => {
    const at = 1_700_000_000_000 as EpochMs
    const head = new Uint8Array(32)
    const line = (count: number) =>
      checkpointLine({ chain: CHAIN, count, at, head, signature: new Uint8Array(64) })
    const file = join(directory, `checkpoints-${CHAIN}.jsonl`)
    const torn = Buffer.from(line(2)).fill(0, 0, 100)
    for (const tail of [torn, torn.subarray(0, 120), Buffer.from('\n')]) {
      writeFileSync(file, Buffer.concat([Buffer.from(line(1)), tail]))
      openCheckpointFile(directory, CHAIN).close()
      const { checkpoints, problems } = readCheckpointFiles(directory)
      assert.deepEqual([checkpoints.map(({ count }) => count), problems], [[1], []])
    }
  })
})
