import { chownSync, existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { openAuditLog } from '../audit/file-log.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { makeFolder } from '../files/sync-path.ts'
import type { AuditRecord, CheckpointStore } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'
import { lockFile } from '../storage/folder-lock.ts'
import { type AuditSettings, auditPlace, COMMANDS_SLOT } from './audit-chains.ts'

/** File in the folder of the chain that one process at a time has locked. */
const LOCK = 'writer.lock'
const LOOK_AGAIN_MS = 20
/** Whoever has it writes one record: that takes some milliseconds. */
const WAIT_MS = 10_000

/** What the chain of commands is written with. */
export interface CommandChain {
  readonly settings: AuditSettings
  readonly root: RootKey
  /** Where checkpoints are kept; {@link NO_STORE} where none is open: then the next who opens one makes it. */
  readonly checkpoints: CheckpointStore
}

/** For commands that have no store open, as one that puts it back: checkpoints are beside the log alone. */
export const NO_STORE: CheckpointStore = {
  register: async () => undefined,
  chainsOf: async () => [],
  put: async () => undefined,
  newest: async () => undefined,
  list: async () => [],
}

/**
 * Adds a record to the chain of commands. It is on the disk, with a checkpoint, when this is fulfilled. The
 * chain is open for no longer than that: commands that take hours do not keep others from theirs.
 *
 * @throws {Error} when it cannot be written
 */
export async function appendToCommandChain(
  chain: CommandChain,
  record: AuditRecord,
): Promise<void> {
  await withChain(chain, (log) => log.append(record))
}

/** Makes the checkpoint that a command without a store could not make; to be called when a server starts. */
export async function vouchForCommandChain(chain: CommandChain): Promise<void> {
  const { directory, place } = auditPlace(chain.settings, COMMANDS_SLOT)
  const known = await chain.checkpoints.chainsOf(place)
  if (known.length > 0 || existsSync(directory)) await withChain(chain, async () => undefined)
}

async function withChain(
  { settings, root, checkpoints }: CommandChain,
  work: (log: Awaited<ReturnType<typeof openAuditLog>>) => Promise<void>,
): Promise<void> {
  const { directory, place } = auditPlace(settings, COMMANDS_SLOT)
  await makeFolder(directory)
  giveToOwner(directory)
  const unlock = await lock(join(directory, LOCK))
  try {
    const log = await openAuditLog({
      ...{ directory, place, root, checkpoints },
      clock: systemClock,
      sync: 'group',
    })
    try {
      giveToOwner(directory)
      await work(log)
    } finally {
      await log.close()
    }
  } finally {
    unlock()
  }
}

async function lock(path: string): Promise<() => void> {
  const begunAtMs = performance.now()
  for (;;) {
    const unlock = lockFile(path, 0)
    if (unlock !== undefined) return unlock
    if (performance.now() - begunAtMs > WAIT_MS) throw new Error(`another process holds ${path}`)
    await setTimeout(LOOK_AGAIN_MS)
  }
}

/** What root makes in the folder of another user is for that user: the server there has to read it. */
function giveToOwner(directory: string): void {
  if (process.geteuid?.() !== 0) return
  const audit = dirname(directory)
  const { uid, gid } = statSync(dirname(audit))
  const inner = readdirSync(directory).map((name) => join(directory, name))
  for (const path of [audit, directory, ...inner]) {
    const found = statSync(path)
    if (found.uid === 0 && uid !== 0) chownSync(path, uid, gid)
  }
}
