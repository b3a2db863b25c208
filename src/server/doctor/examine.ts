import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EpochMs } from '../../core/time.ts'
import { allRootKeys, type RootKey, RootKeyRing } from '../../crypto/root-key.ts'
import { ROOT_KEY_ID } from '../../ports/meta-store.ts'
import { openRootKeys } from '../../ports/seal.ts'
import { DATABASE_FILE } from '../data-folder.ts'
import { believedRoots } from '../past-roots.ts'
import { openStoreToRead, type StoreReader } from '../read-store.ts'
import { PAST_ROOTS } from '../root-facts.ts'
import { planSeal, type SealPlan, sealFile } from '../seal-settings.ts'
import type { Settings } from '../settings-table.ts'
import { checkAuditTail } from './audit.ts'
import { type Finding, failed, good } from './finding.ts'
import {
  checkAuditSize,
  checkClock,
  checkFirstCredentials,
  checkModes,
  checkRootKeyPlace,
} from './folder.ts'
import { checkDisk, checkNode } from './machine.ts'
import { checkRows } from './rows.ts'
import { checkSecretFiles } from './secret-files.ts'
import { checkSettings } from './settings.ts'
import { checkSinks } from './sinks.ts'
import { checkStore, unopened } from './store.ts'

export type { Finding, Severity } from './finding.ts'

/**
 * Looks at an installation, whether or not its server runs: nothing is written, and no lock is taken that
 * a server would wait for.
 *
 * @param onRows Told how many rows were looked at since the last time.
 */
export async function examine(
  settings: Settings,
  now: EpochMs,
  onRows?: (rows: number) => void,
): Promise<readonly Finding[]> {
  const directory = resolve(settings.data)
  const findings: Finding[] = [checkNode(process.version), ...checkSettings(settings, now)]
  const isFolder = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true
  if (!isFolder) {
    findings.push({
      about: 'data folder',
      severity: 'problem',
      found: `there is no folder ${directory}`,
      means: 'there is nothing to look at',
      remedy: 'name it by --data; a server makes it at its first start',
    })
    return findings
  }
  findings.push(
    good('data folder', directory),
    ...checkModes(directory),
    ...checkSecretFiles(directory, settings),
    checkDisk(directory),
    checkClock(directory, now),
    ...checkFirstCredentials(directory, now),
    checkAuditSize(directory),
    ...(await checkSinks(settings, now)),
  )
  const rootFile = sealFile(directory, settings)
  const { root, finding, plan } = await openRoot(rootFile, directory, settings)
  findings.push(
    finding ?? checkRootKeyPlace(rootFile, plan?.kind ?? 'file', settings.store === undefined),
  )
  findings.push(...(await examineStore({ settings, directory, root, now, onRows })))
  return findings
}

async function openRoot(
  path: string,
  directory: string,
  settings: Settings,
): Promise<{ readonly root?: RootKey; readonly finding?: Finding; readonly plan?: SealPlan }> {
  const about = 'root key'
  const means = 'without it no key in the store can be opened'
  if (!existsSync(path)) {
    const remedy = 'put it back from its backup; never let a server make another one beside a store'
    return { finding: failed(about, `there is no root key file ${path}`, means, remedy) }
  }
  try {
    const plan = await planSeal(directory, settings)
    // What somebody has to open is looked at without its root key.
    if (plan.seal === undefined) return { plan }
    const { current, former } = await openRootKeys(plan.seal)
    return { plan, root: new RootKeyRing(current, former) }
  } catch (error) {
    return { finding: failed(about, error, means, 'chmod 600, or put it back from its backup') }
  }
}

interface StoreToExamine {
  readonly settings: Settings
  readonly directory: string
  /** Undefined when the seal could not be opened. */
  readonly root: RootKey | undefined
  readonly now: EpochMs
  readonly onRows: ((rows: number) => void) | undefined
}

async function examineStore(asked: StoreToExamine): Promise<readonly Finding[]> {
  const { settings, directory, root, now } = asked
  const file = join(directory, DATABASE_FILE)
  if (settings.store === undefined && !existsSync(file)) {
    return [unopened(`there is no ${file}`)]
  }
  let reader: StoreReader
  try {
    reader = await openStoreToRead(directory, settings)
  } catch (error) {
    return [unopened(error)]
  }
  try {
    const isClockVirtual = settings.clock !== 'system'
    const store = await checkStore({
      reader,
      now,
      rootKeyIds: root && allRootKeys(root).map(({ id }) => id),
      isClockVirtual,
    })
    if (store.some(({ about, severity }) => about === 'tables' && severity !== 'good')) return store
    const roots = await believed(reader, root)
    return [
      ...store,
      ...(await examineRows(asked, reader, roots)),
      ...(await checkAuditTail(settings, reader, roots ?? root)),
    ]
  } catch (error) {
    return [unopened(error)]
  } finally {
    await reader.close()
  }
}

async function examineRows(
  { directory, root, onRows }: StoreToExamine,
  reader: StoreReader,
  roots: RootKey | undefined,
): Promise<readonly Finding[]> {
  if (roots !== undefined) return checkRows({ reader, directory, root: roots, onRows })
  if (root !== undefined) return [] // another root key than that of the store, which was said
  return [
    {
      about: 'rows',
      severity: 'note',
      found: 'not looked at: the root key is not open',
      means: 'whether something else than Keyturn changed a row is seen with the root key only',
      remedy: 'keyturn store verify, which can open the seal',
    },
  ]
}

/**
 * The root keys that the store believes; undefined when its current one is not there. Older parts of the audit
 * log were authenticated by root keys that may be past.
 */
async function believed(
  reader: StoreReader,
  root: RootKey | undefined,
): Promise<RootKey | undefined> {
  if (root === undefined) return undefined
  const current = (await reader.fact(ROOT_KEY_ID)) ?? root.id
  return believedRoots(allRootKeys(root), current, await reader.fact(PAST_ROOTS))
}
