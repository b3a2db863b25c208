import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { SealKind } from '../../ports/seal.ts'
import { CREDENTIALS_FILE } from '../bootstrap.ts'
import { DATABASE_FILE } from '../data-folder.ts'
import { isOpenToAll, MEANS_OF_OPEN_FOLDER } from '../open-folder.ts'
import { type Finding, good, size, span } from './finding.ts'

const OTHERS = 0o077
const AUDIT_FOLDER = 'audit'
/** Clocks of machines and of file servers may differ by so much. */
const CLOCK_SLACK_MS = 60_000
const FIRST_CREDENTIALS_DAYS = 30
const DAY_MS = 86_400_000

/** Who may read the data folder and what is in it. */
export function checkModes(directory: string): readonly Finding[] {
  const about = 'permissions'
  const ownUid = process.getuid?.()
  if (ownUid === undefined) return [] // Windows, whose files have no such modes
  const findings: Finding[] = []
  const owner = statSync(directory).uid
  for (const path of [directory, ...privateFiles(directory)]) {
    const { mode, uid } = statSync(path)
    if ((mode & OTHERS) !== 0) {
      findings.push({
        about,
        severity: 'problem',
        found: `others may use ${path} (mode ${(mode & 0o777).toString(8)})`,
        means:
          path === directory && isOpenToAll(mode)
            ? MEANS_OF_OPEN_FOLDER
            : 'whoever reads it may learn keys, credentials, or who used what',
        remedy: `chmod ${path === directory ? 700 : 600} ${path}`,
      })
    }
    if (uid !== owner) {
      findings.push({
        about,
        severity: 'warning',
        found: `${path} belongs to user ${uid}, its folder to ${owner}`,
        means: 'the server may be unable to write it: was a command run as another user?',
        remedy: `chown ${owner} ${path}`,
      })
    }
  }
  return findings.length > 0 ? findings : [good(about, 'for the owner alone')]
}

function privateFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .filter((path) => lstatSync(path).isFile() || basename(path) === AUDIT_FOLDER)
}

/** Whether the root key lies beside what it protects. */
export function checkRootKeyPlace(rootFile: string, kind: SealKind, hasDatabase: boolean): Finding {
  const about = 'root key place'
  if (kind !== 'file') return good(about, `sealed by ${kind}`)
  const isBeside = hasDatabase && existsSync(join(dirname(rootFile), DATABASE_FILE))
  if (!isBeside) return good(about, 'apart from the database')
  return {
    about,
    severity: 'note',
    found: `${rootFile} lies beside the database`,
    means: 'a backup of the folder holds every key in a readable form',
    remedy:
      'back the two up to different places, keep the root key elsewhere by --root-key, or seal it',
  }
}

/** Whether the first credentials still lie about. */
export function checkFirstCredentials(directory: string, now: number): readonly Finding[] {
  const path = join(directory, CREDENTIALS_FILE)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return []
  const ageMs = now - found.birthtimeMs
  return [
    {
      about: 'first credentials',
      severity: ageMs > FIRST_CREDENTIALS_DAYS * DAY_MS ? 'warning' : 'note',
      found: `${path} is there since ${span(Math.max(ageMs, 0))}`,
      means: 'it holds the password and the access key of an administrator',
      remedy: 'make users of your own, then remove the file and its access key',
    },
  ]
}

/** Whether the clock of the machine fits the times of the files that the server wrote. */
export function checkClock(directory: string, now: number): Finding {
  const about = 'clock'
  let newest: { readonly path: string; readonly stats: Stats } | undefined
  for (const path of [directory, ...privateFiles(directory)]) {
    const stats = statSync(path)
    if (newest === undefined || stats.mtimeMs > newest.stats.mtimeMs) newest = { path, stats }
  }
  const aheadMs = (newest?.stats.mtimeMs ?? 0) - now
  if (newest === undefined || aheadMs <= CLOCK_SLACK_MS) {
    return good(about, new Date(now).toISOString())
  }
  return {
    about,
    severity: 'problem',
    found: `it says ${new Date(now).toISOString()}, but ${newest.path} is ${span(aheadMs)} newer`,
    means: 'the clock went back, or was ahead before: rotations and deletions go by it',
    remedy: 'set the clock by NTP; what was done with the wrong one stays done',
  }
}

/** How large the audit log is. */
export function checkAuditSize(directory: string): Finding {
  const about = 'audit log size'
  const folder = join(directory, AUDIT_FOLDER)
  if (!existsSync(folder)) return { about, severity: 'note', found: 'there is no audit log yet' }
  let [bytes, files, torn] = [0, 0, 0]
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    files++
    if (entry.name.includes('.torn-')) torn++
    bytes += statSync(join(entry.parentPath, entry.name)).size
  }
  const found = `${size(bytes)} in ${files} files`
  if (torn === 0) return good(about, found)
  return {
    about,
    severity: 'note',
    found: `${found}, ${torn} of them torn ends that a crash left`,
    means: 'records whose request was never answered were moved out of the log at the next start',
    remedy: 'keep them for whoever looks into the crash, or remove them',
  }
}
