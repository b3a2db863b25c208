import type { RootKey } from '../../crypto/root-key.ts'
import { type RowMacs, rowMacs } from '../../crypto/row-macs.ts'
import { ROWS_GUARDED } from '../../ports/meta-store.ts'
import {
  GUARDED_TABLES,
  type GuardedTable,
  nameOfRow,
  type RowPlace,
} from '../../ports/row-guard.ts'
import { factState } from '../guard-store.ts'
import { isMarkedGuarded } from '../guarded-mark.ts'
import type { GuardedPage, StoreReader } from '../read-store.ts'
import { type Finding, failed, good } from './finding.ts'

const ABOUT = 'rows'
/** A table with more rows is looked at in places only. */
const MOST_ROWS = 100_000
/** Places in a big table, as far from one another as they can be; of each a page is read. */
const PLACES = 100
/** Rows that are named; the others are counted. */
const MAX_NAMES = 10
const START: RowPlace = { keyId: '', version: 0 }
const UNUSED = 'no server uses these rows: calls that need them fail, and their keys do not rotate'
const REMEDY =
  'keyturn store verify looks at every row, page and index; docs/how-to/damaged-rows.md says how to mend them'

/** What is asked about the rows of a store that is of this version. */
export interface RowQuestions {
  readonly reader: Pick<StoreReader, 'countKeys' | 'countRows' | 'fact' | 'guardedPage'>
  /** The folder that remembers whether the rows bear MACs. */
  readonly directory: string
  /** The root keys that the store believes. */
  readonly root: RootKey
  /** Told how many rows were looked at since the last time. */
  readonly onRows?: ((rows: number) => void) | undefined
}

/** Whether rows of keys and versions are as Keyturn wrote them: all, or in a big store some, at random. */
export async function checkRows(questions: RowQuestions): Promise<readonly Finding[]> {
  const { reader, root, directory } = questions
  const macs = rowMacs(root)
  try {
    const fact = factState(macs, await reader.fact(ROWS_GUARDED))
    if (fact === 'none') return [unguarded(directory, await reader.countKeys())]
  } catch (error) {
    return [failed(ABOUT, error, 'no server starts on the store', REMEDY)]
  }
  const seen: Seen = { rows: 0, of: 0, damaged: [], torn: [] }
  try {
    for (const table of GUARDED_TABLES) await lookAt(table, macs, questions, seen)
  } catch (error) {
    const found = failed(ABOUT, error, 'what comes after them was not looked at', REMEDY)
    return [
      ...told(seen),
      { ...found, found: `reading ended after ${amount(seen.rows)} rows: ${found.found}` },
    ]
  }
  const findings = told(seen)
  if (findings.length > 0) return findings
  const all = `${amount(seen.rows)} of keys and versions are as Keyturn wrote them`
  return [
    good(
      ABOUT,
      seen.rows === seen.of
        ? all
        : `${all}, of ${amount(seen.of)}, at random; keyturn store verify looks at all`,
    ),
  ]
}

/** What was seen so far. */
interface Seen {
  rows: number
  /** Rows that there are. */
  of: number
  readonly damaged: string[]
  readonly torn: string[]
}

async function lookAt(
  table: GuardedTable,
  macs: RowMacs,
  { reader, onRows }: RowQuestions,
  seen: Seen,
): Promise<void> {
  const take = ({ rows, torn }: GuardedPage) => {
    seen.rows += rows.length
    for (const { name, text, mac } of rows) {
      if (mac === undefined || macs.check(text, mac) === 'wrong') seen.damaged.push(nameOfRow(name))
    }
    seen.torn.push(...torn.map(nameOfRow))
    onRows?.(rows.length)
  }
  const count = (await reader.countRows(table)) ?? 0
  if (count > MOST_ROWS) {
    for (const place of places()) take(await reader.guardedPage(table, place))
    seen.of += count
    return
  }
  const before = seen.rows
  let after: RowPlace | undefined = START
  while (after !== undefined) {
    const page: GuardedPage = await reader.guardedPage(table, after)
    take(page)
    after = page.next
  }
  seen.of += seen.rows - before // a server may have written since they were counted
}

/** Ids begin with hexadecimal digits by chance, so that equal steps among these have equally many rows. */
function places(): readonly RowPlace[] {
  const offset = Math.random()
  return Array.from({ length: PLACES }, (_, n) => {
    const at = Math.floor(((n + offset) / PLACES) * 2 ** 32)
    return { keyId: at.toString(16).padStart(8, '0'), version: 0 }
  })
}

function told({ damaged, torn }: Seen): readonly Finding[] {
  const findings: Finding[] = []
  const tell = (names: readonly string[], what: string, means: string) => {
    if (names.length === 0) return
    const more = names.length > MAX_NAMES ? `, and ${amount(names.length - MAX_NAMES)} more` : ''
    const found = `${names.slice(0, MAX_NAMES).join(', ')}${more}: ${what}`
    findings.push({ about: ABOUT, severity: 'problem', found, means, remedy: REMEDY })
  }
  tell(damaged, 'changed by something else than Keyturn', UNUSED)
  tell(
    torn,
    'the versions are not those from the first to the primary one',
    'a version was taken away, or a row put back to an older one: what it protects may not open',
  )
  return findings
}

function unguarded(directory: string, keys: number): Finding {
  if (keys === 0) return good(ABOUT, 'there is no key yet')
  if (isMarkedGuarded(directory)) {
    return {
      about: ABOUT,
      severity: 'problem',
      found: 'the store does not say that its rows bear MACs, but it did',
      means: 'somebody took that away, or put an older store in its place: no server starts on it',
      remedy: 'docs/how-to/damaged-rows.md, "Upgrades"',
    }
  }
  return {
    about: ABOUT,
    severity: 'warning',
    found: 'they bear no MACs',
    means: 'right after an upgrade; at any other time somebody took them away',
    remedy:
      'start the server of this version: it gives them MACs as they are, and its log says how many',
  }
}

function amount(count: number): string {
  return count.toLocaleString('en-US')
}
