import type { Client } from '../client/index.ts'
import type { Finding } from '../server/doctor/examine.ts'
import { version } from '../server/version.ts'
import { type Answer, ask, type Target } from './ask-server.ts'

/** A clock may be so far off before signatures and tokens fail. */
const MOST_CLOCK_MS = 60_000
const DAY_MS = 86_400_000
const PAGE_KEYS = 200

/** Whether a server serves, is of this version, and has the time of this machine. */
export async function checkServer(
  at: (path: string) => Target,
  options: { readonly isExpected: boolean },
): Promise<readonly Finding[]> {
  let ready: Answer
  try {
    ready = await ask(at('/readyz'))
  } catch (error) {
    return [unreachable(at('').url, error, options.isExpected)]
  }
  const findings: Finding[] = [checkReady(ready), checkTime(ready)]
  const document = await ask(at('/openapi.json')).catch(() => undefined)
  findings.push(checkVersion(document?.text))
  return findings
}

/** What somebody who may sign in sees of the keys of a project. */
export async function checkKeys(client: Client): Promise<readonly Finding[]> {
  const about = 'keys'
  const overview = await client.showRotationOverview({ days: '1' })
  const overdue: Finding =
    overview.overdue === 0
      ? { about: 'rotations', severity: 'good', found: 'none is overdue' }
      : {
          about: 'rotations',
          severity: 'problem',
          found: `${overview.overdue} keys of the project are overdue`,
          means: 'the scheduler of the server does not come to them, or fails at them',
          remedy: 'look at its log; keyturn key search --rotation overdue lists them',
        }
  const doomed = await client.searchKeys({ key_state: '4', limit: PAGE_KEYS })
  const findings = [overdue]
  if (doomed.keys.length > 0) {
    const times = doomed.keys.map((key) => Number(key.scheduled_deletion_date))
    findings.push({
      about: 'deletions',
      severity: 'note',
      found: `${doomed.total ?? doomed.keys.length} keys wait, the first seen until ${iso(Math.min(...times))}`,
      means: 'what is encrypted under them can then never be opened again',
      remedy: 'cancel those that are needed: keyturn key cancel-deletion',
    })
  }
  const { clock, time } = await client.showClock()
  if (clock === 'virtual') {
    const aheadDays = Math.round((Number(time) - Date.now()) / DAY_MS)
    findings.push({
      about: 'clock setting',
      severity: 'warning',
      found: `the server has a virtual clock, ${aheadDays} days from now`,
      means: 'time stands still until somebody advances it: keys do not rotate by themselves',
      remedy: 'start it without --clock, but for tests',
    })
  }
  findings.push({
    about,
    severity: 'good',
    found: `${overview.on} rotate, ${overview.off} could and do not, ${overview.never_rotated} never have`,
  })
  return findings
}

function unreachable(url: URL, error: unknown, isExpected: boolean): Finding {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
  return {
    about: 'server',
    severity: isExpected ? 'problem' : 'note',
    found: `${url.origin} does not answer${cause === '' ? '' : `: ${cause}`}`,
    means: isExpected
      ? 'nobody is served there'
      : 'no server runs on this data folder, or elsewhere',
    remedy: isExpected
      ? 'see that it runs, that a firewall lets this machine through, that its certificate is trusted'
      : 'start it, if it should run: keyturn serve',
  }
}

function checkReady({ status, text }: Answer): Finding {
  const about = 'server'
  const words = text.trim().split('\n', 1)[0]?.slice(0, 200) ?? ''
  if (status === 200) return { about, severity: 'good', found: words }
  return {
    about,
    severity: 'problem',
    found: `it says ${status} ${words}`,
    means: 'it runs and serves nobody',
    remedy: 'put right what it says; its log says more',
  }
}

function checkTime({ date }: Answer): Finding {
  const about = 'clock of the server'
  const apartMs = Math.abs(Date.now() - date)
  if (!(apartMs > MOST_CLOCK_MS)) return { about, severity: 'good', found: 'as here' }
  return {
    about,
    severity: 'problem',
    found: `${Math.round(apartMs / 1000)} seconds from the clock of this machine`,
    means: 'signed requests are refused, and keys rotate and are destroyed by a wrong time',
    remedy: 'set both clocks by NTP',
  }
}

function checkVersion(document: string | undefined): Finding {
  const about = 'version'
  const found = /"version":\s*"([^"]{1,40})"/.exec(document ?? '')?.[1]
  if (found === version) return { about, severity: 'good', found }
  return {
    about,
    severity: 'warning',
    found: found === undefined ? 'the server does not tell it' : `${found}, and here ${version}`,
    means: 'commands and server may not know the same operations and tables',
    remedy: 'install the same version on both',
  }
}

function iso(time: number): string {
  return new Date(time).toISOString()
}
