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
  { onSealed, signal }: SealWatch,
): Promise<OpenableSeal> {
  const plan = await planSeal(directory, settings)
  const { kind, path, seal } = plan
  if (seal !== undefined && DEPENDENT.has(kind) && plan.file !== undefined) {
    return awaitPeer(directory, settings, log, opened, seal, { onSealed, signal })
  }
  if (seal !== undefined) {
    const door = await openDoorIfPossible(directory, kind, log)
    if (door !== undefined) opened.defer(() => door.close())
    return {
      seal,
      listen: settings.listen,
      endWaiting: async () => undefined,
      tellUnsealed: (roots) => door?.hand(unsealedDesk(kind, roots)),
    }
  }
  if (plan.file === undefined) {
    throw new Error(
      `there is no root key file ${path} yet: keyturn seal create makes one, for --seal ${kind}`,
    )
  }
  const unsealing = beginUnsealing(plan)
  const front = await openSealedFront(settings, log)
  const endWaiting = once(() => front.close())
  opened.defer(endWaiting)
  const door = await openSealDoor(directory, unsealing)
  opened.defer(() => door.close())
  log.warn({ seal: kind }, 'sealed: keyturn seal unseal opens it')
  onSealed?.({ url: front.url, directory, state: unsealing.state() })
  const open = await Promise.race([unsealing.opened, abortion(signal)])
  log.info({ seal: kind }, 'unsealed')
  return {
    seal: openedSeal(open),
    listen: front.address,
    endWaiting,
    tellUnsealed: (ids) => door.hand(unsealedDesk(kind, ids)),
  }
}

/** The seal of a server that another service or a token opens: at once, or as soon as that does. */
async function awaitPeer(
  directory: string,
  settings: Settings,
  log: Logger,
  opened: AsyncDisposableStack,
  seal: Seal,
  { onSealed, signal }: SealWatch,
): Promise<OpenableSeal> {
  const { kind } = seal
  const first = await firstAttempt(seal)
  if (first.roots !== undefined) {
    const door = await openDoorIfPossible(directory, kind, log)
    if (door !== undefined) opened.defer(() => door.close())
    return {
      seal: openedSeal({ kind, roots: first.roots, seal }),
      listen: settings.listen,
      endWaiting: async () => undefined,
      tellUnsealed: (roots) => door?.hand(unsealedDesk(kind, roots)),
    }
  }
  let why = first.error.message
  const state = (): SealState => ({ state: 'sealed', kind, needs: 'peer', why })
  const front = await openSealedFront(settings, log, 'sealed: unavailable')
  const endWaiting = once(() => front.close())
  opened.defer(endWaiting)
  const door = await openSealDoor(directory, { ...unsealedDesk(kind, []), state })
  opened.defer(() => door.close())
  log.warn({ seal: kind, reason: why }, 'sealed: it is tried again until the seal opens')
  onSealed?.({ url: front.url, directory, state: state() })
  const told = ({ message }: SealError) => {
    if (message !== why) log.warn({ seal: kind, reason: message }, 'still sealed')
    why = message
  }
  const roots = await Promise.race([openPatiently(seal, told, signal), abortion(signal)])
  log.info({ seal: kind }, 'unsealed')
  return {
    seal: openedSeal({ kind, roots, seal }),
    listen: front.address,
    endWaiting,
    tellUnsealed: (ids) => door.hand(unsealedDesk(kind, ids)),
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

/** A server that is not sealed serves without the door too. */
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
