import type { EpochMs } from '../../core/time.ts'
import { addDays, days } from '../../core/time.ts'
import { COPY_UNFINISHED, ROOT_KEY_ID } from '../../ports/meta-store.ts'
import type { StoreReader } from '../read-store.ts'
import { type Finding, failed, good, span } from './finding.ts'

const SOON_DAYS = days(30)
/** A scheduler looks every second; so much later something is wrong. */
const LATE_MS = 15 * 60_000
const OUTBOX_TABLE = 'outbox_events'
const MANY_WAITING = 1000

/** What is asked about a store. */
export interface StoreQuestions {
  readonly reader: StoreReader
  readonly now: EpochMs
  /** Ids of the root keys that the seal keeps, where it could be opened. */
  readonly rootKeyIds: readonly string[] | undefined
  /** Whether the server goes by a clock of its own, so that due times say nothing. */
  readonly isClockVirtual: boolean
}

/** Whether a store is whole and of this version, and what falls due in it. */
export async function checkStore(questions: StoreQuestions): Promise<readonly Finding[]> {
  const { reader } = questions
  const findings = [await checkIntegrity(reader)]
  const { lacking, unknown } = await reader.migrations()
  findings.push(checkMigrations(lacking, unknown))
  // The tables of another version may be others.
  if (lacking.length > 0 || unknown.length > 0) return findings
  const unfinished = await reader.fact(COPY_UNFINISHED)
  if (unfinished !== undefined) {
    findings.push({
      about: 'store copy',
      severity: 'problem',
      found: 'the store is the target of a copy that was not finished',
      means: 'no server starts on it',
      remedy: 'repeat keyturn store copy with --replace-unfinished',
    })
  }
  findings.push(await checkRoot(questions))
  findings.push(...(await checkDue(questions)))
  findings.push(...(await checkOutbox(reader)))
  return findings
}

async function checkIntegrity(reader: StoreReader): Promise<Finding> {
  const about = 'database'
  const [first, ...more] = await reader.complaints()
  if (first === undefined) {
    return good(about, `${reader.engine}, ${await reader.countKeys()} keys`)
  }
  return {
    about,
    severity: 'problem',
    found: `${first}${more.length > 0 ? `, and ${more.length} more` : ''}`,
    means: 'the file of the database is damaged',
    remedy: 'stop the server, keep the file, put the newest backup in its place; look at the disk',
  }
}

function checkMigrations(lacking: readonly string[], unknown: readonly string[]): Finding {
  const about = 'tables'
  if (unknown.length > 0) {
    return {
      about,
      severity: 'problem',
      found: `there is ${unknown.join(', ')}, which this version does not know`,
      means: 'a newer version of Keyturn has used the store; this one refuses it',
      remedy: 'install the newer version again',
    }
  }
  if (lacking.length === 0) return good(about, 'of this version')
  return {
    about,
    severity: 'warning',
    found: `they lack ${lacking.join(', ')}`,
    means: 'an older version of Keyturn has used the store; the next start brings it up to date',
    remedy: 'make a backup, then start the server of this version',
  }
}

async function checkRoot({ reader, rootKeyIds }: StoreQuestions): Promise<Finding> {
  const about = 'root key'
  const wanted = await reader.fact(ROOT_KEY_ID)
  if (rootKeyIds === undefined || wanted === undefined || rootKeyIds.includes(wanted)) {
    return good(about, wanted ?? 'the store has none yet')
  }
  return {
    about,
    severity: 'problem',
    found: `the file holds ${rootKeyIds.join(' ')}, the store needs ${wanted}`,
    means: 'they are not of one installation: no key in the store can be opened',
    remedy: 'put the right root key back from its backup',
  }
}

async function checkDue(questions: StoreQuestions): Promise<readonly Finding[]> {
  const { reader, now, isClockVirtual } = questions
  if (isClockVirtual) return []
  const due = await reader.due(now, addDays(now, SOON_DAYS))
  const findings: Finding[] = []
  const lateMs = now - (due.oldestDueAt ?? now)
  findings.push(
    due.overdue === 0
      ? good('rotations', 'none is overdue')
      : {
          about: 'rotations',
          severity: lateMs > LATE_MS ? 'problem' : 'note',
          found: `${due.overdue} are overdue, the longest by ${span(lateMs)}`,
          means: 'keys are in use for longer than their owners want',
          remedy: 'start the server; if it runs, its log says why they do not rotate',
        },
  )
  if (due.firstDeletionAt !== undefined) {
    findings.push({
      about: 'deletions',
      severity: 'note',
      found: `${due.pendingDeletion} keys wait, the first until ${iso(due.firstDeletionAt)}`,
      means: 'what is encrypted under them can then never be opened again',
      remedy: 'cancel those that are needed: keyturn key cancel-deletion',
    })
  }
  if (due.firstExpiryAt !== undefined) {
    findings.push({
      about: 'imported material',
      severity: 'warning',
      found: `of ${due.expiring} versions it goes within ${SOON_DAYS} days, first ${iso(due.firstExpiryAt)}`,
      means: 'what they protect cannot be opened until it is imported again',
      remedy: 'import it again, with a later expiry or none',
    })
  }
  return findings
}

async function checkOutbox(reader: StoreReader): Promise<readonly Finding[]> {
  const waiting = await reader.countRows(OUTBOX_TABLE)
  if (waiting === undefined) return []
  if (waiting < MANY_WAITING) return [good('webhook', `${waiting} events wait`)]
  return [
    {
      about: 'webhook',
      severity: 'warning',
      found: `${waiting} events wait to be delivered`,
      means: 'the receiver does not take them as fast as they come, or not at all',
      remedy: 'look at the receiver; keyturn events list shows what waits, and why',
    },
  ]
}

/** What to say of a store that could not be opened. */
export function unopened(error: unknown): Finding {
  return failed(
    'database',
    error,
    'without it there is no key',
    'see that it is there and may be read; on PostgreSQL that it runs and takes this password',
  )
}

function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}
