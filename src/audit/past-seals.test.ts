import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { pastRootOf } from '../crypto/past-roots.ts'
import {
  type PastChain,
  ROOT_KEY_BYTES,
  type RootKey,
  RootKeyRing,
  rootKeyFrom,
} from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import type { AuditCheckpoint, AuditLog, AuditRecord, CheckpointStore } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'
import { checkpointPublicKeys } from './checkpoint.ts'
import { openAuditLog } from './file-log.ts'
import { type AuditReport, verifyAuditLog, verifyAuditTail } from './verify.ts'

const newRoot = () => rootKeyFrom(SecretBytes.random(ROOT_KEY_BYTES))
const stolen = newRoot()
const current = newRoot()
const home = mkdtempSync(join(tmpdir(), 'keyturn-past-seals-'))
after(() => rmSync(home, { recursive: true }))

/** Checkpoints that are kept, and that a thief of the database can take away. */
function checkpointStore(): CheckpointStore & { all: AuditCheckpoint[] } {
  return {
    all: [],
    async put(checkpoint) {
      this.all.push(checkpoint)
    },
    register: async () => undefined,
    chainsOf: async () => [],
    async newest() {
      return this.all.at(-1)
    },
    async list() {
      return this.all
    },
  }
}

const aRecord = (): AuditRecord => ({
  at: systemClock.now(),
  requestId: 'r',
  operation: 'EncryptData',
  actor: undefined,
  projectId: 'p',
  keyId: 'k',
  keyVersion: 1,
  status: 200,
  code: undefined,
  source: undefined,
})

async function write(log: AuditLog, records: number): Promise<void> {
  for (let n = 0; n < records; n++) await log.append(aRecord())
}

let folders = 0

/** A log with 5 records under the root key that is stolen later, and so many under the current one. */
async function aLog(recordsAfter: number) {
  const directory = join(home, `log-${folders++}`)
  const checkpoints = checkpointStore()
  const ring = new RootKeyRing(stolen)
  const open = (root: RootKey, place = directory, store = checkpoints) =>
    openAuditLog({
      ...{ directory: place, place: 'test/0', root, checkpoints: store },
      ...{ clock: systemClock, sync: 'interval' },
    })
  const log = await open(ring)
  await write(log, 5)
  const { chain, records: count, head } = log.head()
  ring.take(current, [stolen])
  await write(log, recordsAfter)
  await log.close()
  const stood: PastChain = { count, head, isOpen: false }
  const options = (chains: ReadonlyMap<string, PastChain>, at = directory) => {
    const root = new RootKeyRing(current, [], [pastRootOf(stolen, chains)])
    return {
      ...{ directory: at, chains: [chain], checkpoints: checkpoints.all, root },
      publicKeyPem: checkpointPublicKeys(root),
    }
  }
  const verify = (known: PastChain | undefined, at = directory): Promise<AuditReport> =>
    verifyAuditLog(options(new Map(known && [[chain, known]]), at))
  return { directory, checkpoints, open, stood, verify, options, chain }
}

describe('a root key that was dropped', () => {
  test('vouches for what was there before, and the log goes on', async () => {
    const { verify, stood, options, chain } = await aLog(3)
    const found = await verify(stood)
    assert.deepEqual(found.problems, [])
    assert.deepEqual([found.records, found.vouchedRecords, found.doubtfulRecords], [8, 8, 0])
    const tail = await verifyAuditTail(options(new Map([[chain, stood]])))
    assert.deepEqual(tail.problems, [])
  })

  test('vouches for nothing that a thief adds to a chain that ended with it', async () => {
    const { directory, verify, open, stood, checkpoints, options, chain } = await aLog(0)
    const thief = await open(stolen, directory, checkpointStore())
    await write(thief, 2)
    await thief.close()
    assert.match((await verify(stood)).problems.join('\n'), /after record 7 was made with root key/)
    const tail = await verifyAuditTail(options(new Map([[chain, stood]])))
    assert.match(tail.problems.join('\n'), /after record 7 was made with root key/)
    // Not even when a checkpoint is forged with it.
    const known = checkpoints.all.length
    const again = await open(stolen)
    await write(again, 1)
    await again.close()
    assert.equal(checkpoints.all.length, known + 1)
    assert.match((await verify(stood)).problems.join('\n'), /the checkpoint at record 8 was signed/)
  })

  test('vouches for nothing that a thief puts in the place of what was made since', async () => {
    const { directory, verify, open, stood, checkpoints } = await aLog(4)
    const forged = `${directory}-forged`
    cpSync(directory, forged, { recursive: true })
    const [file = ''] = readdirSync(forged).filter((name) => name.startsWith('audit-'))
    truncateSync(join(forged, file), 0)
    checkpoints.all = []
    const thief = await open(stolen, forged, checkpointStore())
    await write(thief, 5)
    // As long as it was: another one.
    assert.match(
      (await verify(stood, forged)).problems.join('\n'),
      /differs from the note of where/,
    )
    await write(thief, 4)
    await thief.close()
    const { problems } = await verify(stood, forged)
    assert.match(problems.join('\n'), /differs from the note of where it stood when root key/)
    assert.match(problems.join('\n'), /after record 9 was made with root key/)
    truncateSync(join(forged, file), 0)
    const shorter = await open(stolen, forged, checkpointStore())
    await write(shorter, 3)
    await shorter.close()
    assert.match((await verify(stood, forged)).problems.join('\n'), /the log was cut: the note of/)
  })

  test('vouches for nothing in a chain that nobody knew', async () => {
    const { verify } = await aLog(0)
    assert.match((await verify(undefined)).problems.join('\n'), /after that was dropped/)
  })

  test('what a killed node wrote before it is no crime, is told, and settled by what comes after', async () => {
    const { directory, verify, open, stood } = await aLog(0)
    const unseen = await open(stolen, directory, checkpointStore())
    await write(unseen, 2)
    await unseen.close()
    const known: PastChain = { ...stood, isOpen: true }
    const found = await verify(known)
    assert.deepEqual(found.problems, [])
    assert.deepEqual([found.vouchedRecords, found.doubtfulRecords], [5, 2])
    const restarted = await open(current)
    await write(restarted, 1)
    await restarted.close()
    const settled = await verify(known)
    assert.deepEqual(settled.problems, [])
    assert.deepEqual([settled.vouchedRecords, settled.doubtfulRecords], [8, 0])
    // From then on it is as of any other chain.
    const thief = await open(stolen, directory, checkpointStore())
    await write(thief, 1)
    await thief.close()
    assert.match((await verify(known)).problems.join('\n'), /after record 9 was made with root key/)
  })
})
