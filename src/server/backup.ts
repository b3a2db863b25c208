import { join } from 'node:path'
import type { BackupHeader } from '../backup/backup-header.ts'
import { type CheckReport, checkBackup } from '../backup/check-backup.ts'
import { type BackupFile, openBackup } from '../backup/read-backup.ts'
import { restoreToPostgres } from '../backup/restore-postgres.ts'
import { restoreToSqlite } from '../backup/restore-sqlite.ts'
import { type WrittenBackup, writeBackup } from '../backup/write-backup.ts'
import type { RootKeyId } from '../core/ids.ts'
import type { RootKey } from '../crypto/root-key.ts'
import type { ByteSink } from '../files/byte-sink.ts'
import { systemClock } from '../ports/clock.ts'
import { ROOT_KEY_ID } from '../ports/meta-store.ts'
import { openRootKeys, type RootKeys, type Seal } from '../ports/seal.ts'
import { openSource } from '../storage/copy/open-ends.ts'
import { LOCK_FILE, lockFolder } from '../storage/folder-lock.ts'
import { holdStore } from '../storage/hold-file.ts'
import { MIGRATION_NAMES } from '../storage/sql/migrate.ts'
import { existingSeal } from './data-folder.ts'
import { forgetGuarded } from './guarded-mark.ts'
import { holderName } from './hold-root.ts'
import { fact, storeOf } from './root-place.ts'
import type { SealPlan } from './seal-settings.ts'
import type { StoreSettings } from './store-settings.ts'
import { version } from './version.ts'

export type { BackupHeader } from '../backup/backup-header.ts'
export type { CheckReport } from '../backup/check-backup.ts'
export type { WrittenBackup } from '../backup/write-backup.ts'

/** The store and the root key of an installation. */
export interface BackupPlace {
  /** The data folder. */
  readonly directory: string
  readonly settings: StoreSettings
  /** The seal, where it is open already. */
  readonly seal?: Seal
  /** Has what opens it else; left out, it has to open by itself. */
  readonly openSeal?: (plan: SealPlan) => Promise<Seal>
}

/** Writes a backup of the store to `sink`, which is then to be committed; servers go on meanwhile. */
export async function createBackup(
  place: BackupPlace,
  sink: ByteSink,
  listener: Pick<Parameters<typeof writeBackup>[0], 'onBegin' | 'onRows'>,
): Promise<WrittenBackup> {
  const store = storeOf(place)
  const roots = await openRoots(place)
  const source = await openSource(store)
  try {
    const needed = await fact(source, ROOT_KEY_ID)
    // While it is being changed the seal keeps several.
    const root = byId(roots)(String(needed) as RootKeyId)
    if (root === undefined) {
      throw new Error(
        `the store needs the root key ${needed}, and the one here is ${roots.current.id}`,
      )
    }
    return await writeBackup({
      source,
      root,
      sink,
      clock: systemClock,
      engine: store.kind,
      program: version,
      schema: MIGRATION_NAMES.at(-1) ?? '',
      ...listener,
    })
  } finally {
    await source.close()
  }
}

/** What a backup says of itself, and what was found in it. */
export interface VerifiedBackup {
  readonly header: BackupHeader
  readonly report: CheckReport
}

/** Reads all of a backup and opens every record in it. Only the root key of `place` is needed. */
export function verifyBackup(
  place: BackupPlace,
  path: string,
  listener: BackupListener,
): Promise<VerifiedBackup> {
  return withBackup(path, async (file) => {
    const roots = await openRoots(place)
    const root = rootOfBackup(file, roots)
    await listener.onBegin('verifying', file.totalBytes)
    const report = await checkBackup({ file, root, roots: byId(roots), onBytes: listener.onBytes })
    return { header: file.header, report }
  })
}

/** Who is told how far the reading of a backup is. */
export interface BackupListener {
  readonly onBegin: (task: 'verifying' | 'restoring', totalBytes: number) => Promise<void>
  /** Told how many bytes were read since the last time. */
  readonly onBytes: (bytes: number) => void
}

/** What a restore did. */
export interface RestoredBackup extends VerifiedBackup {
  /** Where the store is now that was replaced; undefined when there was none, or on PostgreSQL. */
  readonly keptAt: string | undefined
}

/**
 * Puts the store back from a backup that has proved good in every part. Servers are stopped: one on the
 * data folder is noticed, and so are nodes with connections to the database.
 *
 * @param replaces Whether it may take the place of a store with rows.
 * @returns The report alone when something is wrong with the backup; nothing was changed then.
 * @throws {RefusedBackup} before anything was changed
 * @throws {HeldByAnother} likewise
 */
export function restoreBackup(
  place: BackupPlace,
  path: string,
  replaces: boolean,
  listener: BackupListener,
): Promise<RestoredBackup> {
  return withBackup(path, async (file) => {
    const roots = await openRoots(place)
    const root = rootOfBackup(file, roots)
    const store = storeOf(place)
    const name = holderName('backup restore')
    const locks: (() => void)[] = []
    try {
      if (store.kind === 'sqlite') {
        locks.push(holdStore(store.file, name, systemClock.now()))
        locks.push(lockFolder(join(place.directory, LOCK_FILE)))
      }
      const { onBegin, onBytes } = listener
      await onBegin('verifying', file.totalBytes)
      const report = await checkBackup({ file, root, roots: byId(roots), onBytes })
      const checked = { header: file.header, report, keptAt: undefined }
      if (report.problemCount > 0) return checked
      await onBegin('restoring', file.totalBytes)
      // An older version made the backup: its next start is the first with MACs.
      if (!report.isGuarded) await forgetGuarded(place.directory)
      const options = { file, root, clock: systemClock, onBytes }
      if (store.kind === 'sqlite') {
        return { ...checked, keptAt: await restoreToSqlite(store.file, options, replaces) }
      }
      await restoreToPostgres(store.place, options, replaces, name)
      return checked
    } finally {
      for (const unlock of locks.reverse()) unlock()
    }
  })
}

async function withBackup<T>(path: string, work: (file: BackupFile) => Promise<T>): Promise<T> {
  const file = await openBackup(path)
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}

async function openRoots({ directory, settings, seal, openSeal }: BackupPlace): Promise<RootKeys> {
  return openRootKeys(seal ?? (await existingSeal(directory, settings, openSeal)))
}

/** The root key that a backup is under: perhaps one that was replaced since. */
function rootOfBackup({ header }: BackupFile, roots: RootKeys): RootKey {
  return byId(roots)(header.rootKeyId) ?? roots.current
}

function byId({ current, former }: RootKeys): (id: RootKeyId) => RootKey | undefined {
  return (id) => [current, ...former].find((root) => root.id === id)
}
