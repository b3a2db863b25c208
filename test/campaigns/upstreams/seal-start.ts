import { setTimeout as sleep } from 'node:timers/promises'
import { startSealable } from '../../seal/start-sealable.ts'
import { runKeyturn } from '../node-process.ts'
import type { LinkCertificates } from './link-certificates.ts'
import type { Breakable } from './stage.ts'
import type { UpstreamFault } from './upstream-faults.ts'

/** What a server needs to open its seal. */
export interface SealStage {
  readonly way: Breakable
  readonly data: string
  readonly flags: readonly string[]
  /** What `keyturn seal status` says of each fault. */
  readonly why: Readonly<Record<UpstreamFault, RegExp>>
  /** How soon a server that starts must say that it is sealed. */
  readonly sealedMs: number
  /** How soon after the fault it must serve. */
  readonly backMs: number
  /** What is never said. */
  readonly secret: string
  readonly close: () => Promise<void>
}

/** What a server needs when it starts, and never after that. */
export interface SealUpstream {
  readonly about: string
  /** Why it cannot be tried here; undefined when it can. */
  readonly missing: () => string | undefined
  readonly setSeal: (folder: string, certificates: LinkCertificates) => Promise<SealStage>
}

/** What one start came to. */
export interface SealedStart {
  readonly line: string
  readonly failures: readonly string[]
}

/** What a machine that others load adds to a limit. */
const SLACK_MS = 5000

/** Starts a server while what opens its seal is broken in one way, and mends that. */
export async function startBroken(stage: SealStage, fault: UpstreamFault): Promise<SealedStart> {
  const { way, data, flags, why, sealedMs, backMs, secret } = stage
  const failures: string[] = []
  await way.break(fault)
  const beganMs = performance.now()
  const server = startSealable(data, flags)
  try {
    const url = await inTime(server.sealed, sealedMs + SLACK_MS, 'it is sealed')
    const sealedAfterMs = performance.now() - beganMs
    for (const [path, status, text] of [
      ['/healthz', 200, /^sealed\n$/],
      ['/readyz', 503, /^sealed: unavailable\n$/],
      ['/v1.0/p/kms/user-quotas', 503, /"error_code":/],
    ] as const) {
      const reply = await fetch(`${url}${path}`)
      const said = await reply.text()
      if (reply.status !== status || !text.test(said)) {
        failures.push(`${path} says ${reply.status} ${said}`)
      }
    }
    const { printed } = await runKeyturn(['seal', 'status', '--data', data])
    if (!/sealed, /.test(printed) || !why[fault].test(printed)) {
      failures.push(`the reason is not told: ${printed}`)
    }
    if (printed.includes(secret)) failures.push('a secret is told')
    await way.mend()
    const mendedMs = performance.now()
    const running = await inTime(server.running, backMs + SLACK_MS, 'it opens')
    const backAfterMs = performance.now() - mendedMs
    const { status } = await fetch(`${running.url}/readyz`)
    if (status !== 200) failures.push(`/readyz says ${status} once it is open`)
    await running.stop()
    const line = `${fault}: sealed after ${sealedAfterMs.toFixed(0)} ms, open ${backAfterMs.toFixed(0)} ms after it`
    return { line, failures: failures.map((what) => `${fault}: ${what}`) }
  } catch (error) {
    return { line: `${fault}: broken`, failures: [...failures, `${fault}: ${error}`] }
  } finally {
    await way.mend()
    server.stop()
    await server.running.then((running) => running.stop()).catch(() => undefined)
  }
}

async function inTime<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const late = sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`it takes more than ${ms} ms until ${what}`)
  })
  late.catch(() => undefined)
  return Promise.race([work, late])
}
