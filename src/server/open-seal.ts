import type { RootMaterials, Seal, SealError, SealKind } from '../ports/seal.ts'
import { describeError, type Logger } from './log.ts'
import { mayPass, openPatiently } from './patient-opening.ts'
import { openSealDoor, type SealDesk, type SealDoor } from './seal-door.ts'
import { openedSeal, planSeal } from './seal-settings.ts'
import { openSealedFront } from './sealed-front.ts'
import type { Settings } from './settings-table.ts'
import { beginUnsealing, type SealState } from './unsealing.ts'

/** Kinds that open by themselves when something elsewhere helps. */
const DEPENDENT: ReadonlySet<SealKind> = new Set(['kms', 'pkcs11'])

/** A server that waits to be unsealed. */
export interface SealedServer {
  readonly url: string
  readonly directory: string
  readonly state: SealState
}

/** How a start that may have to wait is watched and given up. */
export interface SealWatch {
  readonly onSealed?: ((sealed: SealedServer) => void) | undefined
  /** Aborted when the server shall stop before it is unsealed. */
  readonly signal?: AbortSignal | undefined
}

/** A seal that opens now, and what answered until it did. */
export interface OpenableSeal {
  readonly seal: Seal
  /** Host and port to serve at: those at which the server waited. */
  readonly listen: string
  /** Until this is called clients are told that the server is sealed, so that they see no gap. */
  readonly endWaiting: () => Promise<void>
  /** Tells operators which root keys are at hand, the current one first. */
  readonly tellUnsealed: (roots: readonly string[]) => void
}

/** The server was told to stop while it was sealed. */
export class StoppedWhileSealed extends Error {
  override readonly name = 'StoppedWhileSealed'
}

/**
 * The seal of a server, once it opens without anybody: at once, or after somebody gave what it needs.
 *
 * @throws {StoppedWhileSealed}
 */
export async function awaitSeal(
  directory: string,
  settings: Settings,
  log: Logger,
  opened: AsyncDisposableStack,
  watch: SealWatch,
): Promise<OpenableSeal> {
  const start = { directory, settings, log, opened, watch }
  const plan = await planSeal(directory, settings)
  const { kind, path, file, seal } = plan
  if (seal !== undefined && DEPENDENT.has(kind) && file !== undefined) {
    return awaitPeer(start, seal)
  }
  if (seal !== undefined) return serveAtOnce(start, seal)
  if (file === undefined) {
    throw new Error(
      `there is no root key file ${path} yet: keyturn seal create makes one, for --seal ${kind}`,
    )
  }
  const unsealing = beginUnsealing(plan)
  return serveSealed(start, kind, {
    desk: unsealing,
    opening: async () => openedSeal(await unsealing.opened),
    hint: 'sealed: keyturn seal unseal opens it',
  })
}

/** A start of a server, as {@link awaitSeal} is called for it. */
interface Start {
  readonly directory: string
  readonly settings: Settings
  readonly log: Logger
  readonly opened: AsyncDisposableStack
  readonly watch: SealWatch
}

/** The seal of a server that another service or a token opens: at once, or as soon as that does. */
async function awaitPeer(start: Start, seal: Seal): Promise<OpenableSeal> {
  const { kind } = seal
  const { log, watch } = start
  const first = await firstAttempt(seal)
  if (first.roots !== undefined) {
    return serveAtOnce(start, openedSeal({ kind, roots: first.roots, seal }))
  }
  let why = first.error.message
  const told = ({ message }: SealError) => {
    if (message !== why) log.warn({ seal: kind, reason: message }, 'still sealed')
    why = message
  }
  return serveSealed(start, kind, {
    desk: {
      ...unsealedDesk(kind, []),
      state: () => ({ state: 'sealed', kind, needs: 'peer', why }),
    },
    opening: async () =>
      openedSeal({ kind, roots: await openPatiently(seal, told, watch.signal), seal }),
    hint: 'sealed: it is tried again until the seal opens',
    reason: why,
    readiness: 'sealed: unavailable',
  })
}

/** A server that need not wait. The door is for what operators ask; it serves without one, too. */
async function serveAtOnce(
  { directory, settings, log, opened }: Start,
  seal: Seal,
): Promise<OpenableSeal> {
  const { kind } = seal
  const door = await openDoorIfPossible(directory, kind, log)
  if (door !== undefined) opened.defer(() => door.close())
  return {
    seal,
    listen: settings.listen,
    endWaiting: async () => undefined,
    tellUnsealed: (roots) => door?.hand(unsealedDesk(kind, roots)),
  }
}

/** How a server waits to be unsealed. */
interface Waiting {
  readonly desk: SealDesk
  readonly opening: () => Promise<Seal>
  /** What the log tells the operator to do. */
  readonly hint: string
  /** Why it is sealed, where that is not the plan. */
  readonly reason?: string
  /** What `/readyz` says, where it is not the usual. */
  readonly readiness?: string
}

/** A server that tells everybody that it is sealed, until the seal opens. */
async function serveSealed(
  { directory, settings, log, opened, watch }: Start,
  kind: SealKind,
  { desk, opening, hint, reason, readiness }: Waiting,
): Promise<OpenableSeal> {
  const front = await openSealedFront(settings, log, readiness)
  const endWaiting = once(() => front.close())
  opened.defer(endWaiting)
  const door = await openSealDoor(directory, desk)
  opened.defer(() => door.close())
  log.warn({ seal: kind, reason }, hint)
  watch.onSealed?.({ url: front.url, directory, state: desk.state() })
  const seal = await Promise.race([opening(), abortion(watch.signal)])
  log.info({ seal: kind }, 'unsealed')
  return {
    seal,
    listen: front.address,
    endWaiting,
    tellUnsealed: (roots) => door.hand(unsealedDesk(kind, roots)),
  }
}

async function firstAttempt(
  seal: Seal,
): Promise<
  { readonly roots: RootMaterials } | { readonly roots?: undefined; readonly error: SealError }
> {
  try {
    return { roots: await seal.unwrap() }
  } catch (error) {
    if (!mayPass(error)) throw error
    return { error }
  }
}

async function openDoorIfPossible(
  directory: string,
  kind: SealKind,
  log: Logger,
): Promise<SealDoor | undefined> {
  try {
    return await openSealDoor(directory, unsealedDesk(kind, []))
  } catch (error) {
    log.warn({ error: describeError(error) }, 'keyturn seal cannot ask this server')
    return undefined
  }
}

function unsealedDesk(kind: SealKind, roots: readonly string[]): SealDesk {
  return {
    state: () => ({ state: 'unsealed', kind, roots }),
    async offer(secret) {
      secret.wipe()
    },
    reset: async () => undefined,
  }
}

function abortion(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new StoppedWhileSealed('stopped while sealed'))
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
  })
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
