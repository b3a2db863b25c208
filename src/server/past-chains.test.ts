import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkpointSigner } from '../audit/checkpoint.ts'
import type { EpochMs } from '../core/time.ts'
import { pastRootOf } from '../crypto/past-roots.ts'
import { ROOT_KEY_BYTES, type RootKey, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { openSource } from '../storage/copy/open-ends.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { DATABASE_FILE } from './data-folder.ts'
import { chainsAtDrop } from './past-chains.ts'
import { readSettings } from './settings.ts'

const directory = mkdtempSync(join(tmpdir(), 'keyturn-past-chains-'))
after(() => rmSync(directory, { recursive: true }))

const newRoot = () => rootKeyFrom(SecretBytes.random(ROOT_KEY_BYTES))

test('of chains whose files are elsewhere the newest checkpoint says whether they may have gone on', async () => {
  const [current, dropped, older, stranger] = [newRoot(), newRoot(), newRoot(), newRoot()]
  const file = join(directory, DATABASE_FILE)
  const storage = await openSqlite({ file })
  const head = (count: number) => new Uint8Array(32).fill(count)
  const put = async (chain: string, count: number, root: RootKey) => {
    await storage.checkpoints.register(chain, `node-${chain}/0`)
    const sign = checkpointSigner(root).now()
    await storage.checkpoints.put(sign(chain, count, head(count), 1 as EpochMs))
  }
  const chain = (digit: string) => digit.repeat(16)
  await put(chain('1'), 3, dropped)
  await put(chain('1'), 9, current)
  await put(chain('2'), 4, dropped)
  await storage.checkpoints.register(chain('3'), 'no-checkpoint/0')
  await put(chain('4'), 5, stranger)
  await put(chain('5'), 6, older)
  await put(chain('6'), 7, older)
  await storage.close()
  const past = pastRootOf(
    older,
    new Map([
      [chain('5'), { count: 6, head: head(6), isOpen: false }],
      [chain('6'), { count: 7, head: head(7), isOpen: true }],
    ]),
  )
  const store = await openSource({ kind: 'sqlite', file })
  const { settings } = readSettings(['--data', directory], {})
  const roots = { current, dropped: [dropped], past: [past] }
  const found = await chainsAtDrop(store, { directory, settings }, roots)
  await store.close()
  const plain = [...found].map(([id, { count, isOpen, ...stood }]) => {
    assert.deepEqual(Buffer.from(stood.head), Buffer.from(head(count)))
    return [id, count, isOpen]
  })
  assert.deepEqual(plain, [
    [chain('1'), 9, false],
    [chain('2'), 4, true],
    [chain('3'), 0, true],
    [chain('4'), 0, true],
    // The fifth ended before the last root key: that one never sealed there.
    [chain('6'), 7, true],
  ])
})
