import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { checkpointPublicKeys } from '../../src/audit/checkpoint.ts'
import { verifyAuditLog } from '../../src/audit/verify.ts'
import type { KeyId, ProjectId } from '../../src/core/ids.ts'
import type { RootKey } from '../../src/crypto/root-key.ts'
import { unwrapRecord } from '../../src/crypto/wrapped-record.ts'
import type { StoredKey } from '../../src/ports/key-store.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { auditPlace, openThreadAudit } from '../../src/server/audit-chains.ts'
import { openDataFolder } from '../../src/server/data-folder.ts'
import { makeLog } from '../../src/server/log.ts'
import { readSettings } from '../../src/server/settings.ts'
import type { KeyPicture } from './power-work.ts'

/** What there must be. */
export interface Expected {
  readonly projectId: string
  /** By id of the key, each picture that may be found; undefined where it may be gone. */
  readonly keys: ReadonlyMap<string, readonly (KeyPicture | undefined)[]>
  /** Aliases of keys that were asked for and are not acknowledged. */
  readonly unsureAliases: ReadonlySet<string>
  /** Requests whose records must be in the audit log. */
  readonly records: readonly string[]
}

const PAGE = { after: 0, limit: 10_000 } as const

/** Opens a data folder as a server does, and answers what is not as it must be. */
export async function checkFolder(
  directory: string,
  expected: Expected,
): Promise<readonly string[]> {
  const problems: string[] = []
  const { settings } = readSettings(['--data', directory, '--workers', '1'], {})
  const log = makeLog('silent')
  // As a start does, where the folder itself is gone.
  await mkdir(directory, { recursive: true })
  let opened: Awaited<ReturnType<typeof openDataFolder>>
  try {
    opened = await openDataFolder(directory, settings, log)
  } catch (error) {
    return [`it does not open: ${causesOf(error)}`]
  }
  const { root, storage } = opened
  try {
    problems.push(...(await checkKeys(root, storage, expected)))
    for (let slot = 0; slot <= 1; slot++) {
      const { directory: folder, place } = auditPlace(settings, slot)
      try {
        await (await openThreadAudit({ settings, root, storage, slot })).close()
      } catch (error) {
        problems.push(`the audit log does not open: ${causesOf(error)}`)
        continue
      }
      problems.push(...(await checkAudit(folder, place, root, storage)))
    }
    problems.push(...(await missingRecords([directory], expected.records)))
  } finally {
    await storage.close()
  }
  const database = new DatabaseSync(join(directory, 'keyturn.sqlite'))
  const found = database.prepare('pragma integrity_check(1)').get()?.['integrity_check']
  database.close()
  if (found !== 'ok') problems.push(`SQLite finds its file broken: ${found}`)
  return problems
}

/** Compares the keys of a store with what there must be, and opens every version of them. */
export async function checkKeys(
  root: RootKey,
  storage: Storage,
  expected: Omit<Expected, 'records'>,
): Promise<readonly string[]> {
  const problems: string[] = []
  const project = expected.projectId as ProjectId
  const found = new Map<string, StoredKey>()
  for (const stored of await storage.keys.page(project, {}, PAGE)) found.set(stored.key.id, stored)
  for (const [id, allowed] of expected.keys) {
    const stored = found.get(id)
    const picture = stored && (await pictureOf(root, storage, stored, problems))
    const texts = allowed.map((each) => JSON.stringify(each))
    if (!texts.includes(JSON.stringify(picture))) {
      problems.push(`key ${id} is ${JSON.stringify(picture)} and not ${texts.join(' or ')}`)
    }
  }
  for (const [id, stored] of found) {
    if (expected.keys.has(id)) continue
    if (expected.unsureAliases.has(stored.key.alias))
      await pictureOf(root, storage, stored, problems)
    else if (!stored.key.isDefault) problems.push(`key ${id} is there, and nobody asked for it`)
  }
  return problems
}

/** What there is to be found of all keys of a store that is as it must be. */
export async function picturesIn(
  root: RootKey,
  storage: Storage,
  projectId: string,
): Promise<ReadonlyMap<string, KeyPicture>> {
  const problems: string[] = []
  const pictures = new Map<string, KeyPicture>()
  for (const stored of await storage.keys.page(projectId as ProjectId, {}, PAGE)) {
    if (stored.key.isDefault) continue
    pictures.set(stored.key.id, await pictureOf(root, storage, stored, problems))
  }
  if (problems.length > 0) throw new Error(problems.join('; '))
  return pictures
}

/** What the store has of a key, every version of it opened. */
async function pictureOf(
  root: RootKey,
  storage: Storage,
  { key }: StoredKey,
  problems: string[],
): Promise<KeyPicture> {
  const { id: keyId, projectId, spec } = key
  const versions = await storage.keys.versionsOf(keyId as KeyId, PAGE)
  const events = await storage.keys.rotationEvents(projectId, keyId, PAGE)
  let materials = 0
  for (const [index, { version, origin, wrappedMaterial }] of versions.entries()) {
    if (version !== index + 1)
      problems.push(`key ${keyId}: version ${version} at place ${index + 1}`)
    if (wrappedMaterial.length === 0) continue
    materials++
    const binding = { kind: 'keyMaterial', projectId, keyId, version, spec, origin } as const
    const material = unwrapRecord(root, binding, wrappedMaterial)
    if (material === undefined) problems.push(`key ${keyId}: version ${version} does not open`)
    material?.wipe()
  }
  if (events.length !== key.rotationCount) {
    problems.push(`key ${keyId}: ${key.rotationCount} rotations, ${events.length} events`)
  }
  if ((key.primaryVersion ?? 0) !== versions.length) {
    problems.push(`key ${keyId}: version ${key.primaryVersion} is primary of ${versions.length}`)
  }
  const tags = await storage.labels.tagsOf(keyId)
  return {
    alias: key.alias,
    description: key.description,
    interval: key.schedule.kind === 'on' ? key.schedule.interval : undefined,
    rotations: key.rotationCount,
    tags: tags.map(({ name }) => name).sort(),
    grants: (await storage.grants.ofKey(keyId)).length,
    state: key.state.kind,
    versions: versions.length,
    materials,
  }
}

async function checkAudit(directory: string, place: string, root: RootKey, storage: Storage) {
  const chains = await storage.checkpoints.chainsOf(place)
  const checkpoints = []
  for (const chain of chains) checkpoints.push(...(await storage.checkpoints.list(chain)))
  const publicKeyPem = checkpointPublicKeys(root)
  const report = await verifyAuditLog({ directory, chains, checkpoints, publicKeyPem, root })
  return report.problems.map((problem) => `the audit log does not verify: ${problem}`)
}

/** Requests of which there is no record in the audit logs of these data folders. */
export async function missingRecords(
  directories: readonly string[],
  ids: readonly string[],
): Promise<readonly string[]> {
  const folders = directories
    .flatMap((directory) => [join(directory, 'audit'), join(directory, 'audit', 'worker-1')])
    .filter((folder) => existsSync(folder))
  const found = new Set<string>()
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      if (!name.startsWith('audit-') || !name.endsWith('.jsonl')) continue
      const text = await readFile(join(folder, name), 'utf8')
      for (const [, id = ''] of text.matchAll(/"id":"([^"]+)"/g)) found.add(id)
    }
  }
  return ids.filter((id) => !found.has(id)).map((id) => `the audit log lacks request ${id}`)
}

function causesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${causesOf(error.cause)}`
}
