import { makeAnnouncements } from '../app/announcements.ts'
import { ChangeFollower } from '../app/change-follower.ts'
import type { Deps } from '../app/deps.ts'
import { KeyCache } from '../app/key-cache.ts'
import { PagePlaces } from '../app/page-places.ts'
import { writePublicKeys } from '../audit/file-log.ts'
import { eventFacts } from '../contract/event-body.ts'
import type { KeyEvent } from '../core/key-event.ts'
import { latenessMs, type RotationEvent } from '../core/rotation.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { shareSlowWork } from '../crypto/slow-work.ts'
import type { AuditLog } from '../ports/audit-log.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { auditPlace, openNodeAudit, openThreadAudit } from './audit-chains.ts'
import { withSinks } from './audit-sinks.ts'
import { vouchForCommandChain } from './command-chain.ts'
import { noticeTimes, sentEvents } from './event-settings.ts'
import type { GuardedClockParts } from './guarded-clock.ts'
import { type Identity, makeIdentity } from './identity.ts'
import { describeError, type Logger } from './log.ts'
import type { MachineMemory } from './machine-memory.ts'
import { type Metrics, makeMetrics } from './metrics.ts'
import { readPeers } from './peers.ts'
import type { Settings } from './settings-table.ts'
import { readTokens } from './tokens.ts'
import { openTracing } from './trace-settings.ts'
import { openUsageCounter } from './usage.ts'
import { rotationRecord } from './work-records.ts'

/** How often uses of keys are written to the store: a thread that is killed loses what came since. */
const WRITE_USAGE_MS = 10_000

/** What may be put in place of the real parts, in tests. */
export interface ServeOverrides {
  /** Wraps the store that was opened. */
  readonly storage?: (storage: Storage) => Storage
  readonly audit?: (audit: AuditLog) => AuditLog
  /** Has a virtual clock guarded as that of a machine is, by what a system and a steady clock say. */
  readonly guard?: (virtual: Clock) => Pick<GuardedClockParts, 'systemNow' | 'steadyNowMs'>
}

/** What a thread works with: its own connections, cache and audit chain, over what all share. */
export interface ThreadParts {
  /** Number of the thread; 0 for the one that all others belong to. */
  readonly slot: number
  readonly settings: Settings
  readonly log: Logger
  readonly memory: MachineMemory
  readonly storage: Storage
  readonly audit: AuditLog
  readonly identity: Identity
  readonly metrics: Metrics
  readonly deps: Deps
  /** Undefined while traces are switched off. */
  readonly tracing: Tracing | undefined
  /** Has what is derived from root keys made anew: they are others now. */
  readonly rootsChanged: () => Promise<void>
  /** Closes everything that was opened but the store; nothing may be under way any more. */
  readonly close: () => Promise<void>
}

/** What the parts of a thread are made from. */
export interface ThreadOptions {
  readonly slot: number
  /** How many threads serve requests: what is bounded is bounded for all of them together. */
  readonly servers: number
  readonly settings: Settings
  readonly log: Logger
  readonly memory: MachineMemory
  readonly root: RootKey
  /** A store of this thread's own. */
  readonly storage: Storage
  /** The time for keys. */
  readonly clock: Clock
  readonly guardedClock: Deps['guardedClock']
  readonly advanceClock: Deps['advanceClock']
  /** Asks that replicas be told, soon. */
  readonly syncSoon: () => void
  readonly wrapAudit: ServeOverrides['audit'] | undefined
}

/** What the log says of events. */
const EVENT_LINES = {
  'key.rotated': 'key rotated',
  'key.version_retired': 'an old version of a key was retired',
  'key.version_restored': 'an old version of a key was restored',
  'key.rotation_late': 'a rotation is late',
  'key.rotation_upcoming': 'a key will rotate',
  'key.material_expiring': 'imported material will expire',
  'key.deletion_upcoming': 'a key will be destroyed',
} as const satisfies Record<KeyEvent['type'], string>

/** Opens what a thread works with. */
export async function openThreadParts(options: ThreadOptions): Promise<ThreadParts> {
  const { slot, servers, settings, log, memory, root, storage, clock, syncSoon } = options
  shareSlowWork(servers)
  const tracing = await openTracing(settings, log)
  const tokens = readTokens(settings.tokens)
  const peers = readPeers(settings.peers, settings.region)
  const { checkpoints } = storage
  if (slot === 0) await vouchForCommandChain({ settings, root, checkpoints })
  const opened = await openThreadAudit({ settings, root, storage, slot })
  const fileLog = options.wrapAudit?.(opened) ?? opened
  const audit = withSinks(fileLog, memory)
  const cache = new KeyCache(Math.ceil((settings['cache-mib'] * 1024 * 1024) / servers))
  const changes = new ChangeFollower({
    feed: storage.changes,
    signal: memory.commits,
    stalenessMs: settings['staleness-ms'],
    listeners: [
      { apply: (change) => cache.apply(change), forgetAll: () => cache.clear() },
      {
        apply: (change) => identity.authenticator.applyChange(change),
        forgetAll: () => identity.authenticator.forgetAll(),
      },
    ],
  })
  const identity = makeIdentity({
    settings,
    storage,
    root,
    clock: systemClock,
    changes,
    failures: memory.buffers.signInFailures,
  })
  const usage = await openUsageCounter(storage, clock)
  const writeUsage = () =>
    usage
      .flush()
      .catch((error) =>
        log.warn({ error: describeError(error) }, 'uses of keys are yet to be counted'),
      )
  const writingUsage = setInterval(writeUsage, WRITE_USAGE_MS).unref()
  const isReady = () => !memory.isLeaving() && audit.problem() === undefined
  const metrics = makeMetrics({
    cache,
    audit: fileLog,
    isReady,
    revokedTokens: () => identity.authenticator.revokedTokens(),
  })

  async function announceRotation(event: RotationEvent): Promise<void> {
    metrics.countRotation(event)
    const { keyId, cause, actor, fromVersion, toVersion, at, dueAt } = event
    const lateMs = latenessMs(event)
    log.info({ keyId, cause, actor, fromVersion, toVersion, at, dueAt, lateMs }, 'key rotated')
    await audit.append(rotationRecord(event))
    syncSoon()
  }

  function tell(event: KeyEvent): void {
    const isLate = event.type === 'key.rotation_late'
    log[isLate ? 'warn' : 'info'](eventFacts(event), EVENT_LINES[event.type])
  }

  const deps: Deps = {
    clock,
    guardedClock: options.guardedClock,
    keys: storage.keys,
    table: storage.table,
    auditReader: openNodeAudit(settings),
    auditHead: () => audit.head(),
    usage,
    retired: storage.retired,
    rotationLimits: storage.rotationLimits,
    rotationSettings: storage.rotationSettings,
    grants: storage.grants,
    labels: storage.labels,
    trust: storage.trust,
    keystores: storage.keystores,
    replicas: storage.replicas,
    tokens,
    peers,
    syncSoon,
    warn: (error) => log.warn({ error: describeError(error) }, 'something was left undone'),
    identity: storage.identity,
    desk: identity.desk,
    changes,
    cache,
    pagePlaces: new PagePlaces(),
    root,
    region: settings.region,
    keyQuota: settings['key-quota'],
    grantQuota: settings['grant-quota'],
    outbox: storage.outbox,
    announcements: makeAnnouncements({
      region: settings.region,
      times: noticeTimes(settings),
      isSent: sentEvents(settings),
      tell,
    }),
    announceRotation,
    advanceClock: options.advanceClock,
  }
  const cannotRead = (error: unknown) =>
    log.error({ error: describeError(error) }, 'the change log cannot be read')
  try {
    await changes.start(cannotRead)
  } catch (error) {
    await changes.stop()
    clearInterval(writingUsage)
    await audit.close()
    throw error
  }
  return {
    slot,
    settings,
    log,
    memory,
    storage,
    audit,
    identity,
    metrics,
    deps,
    tracing,
    async rootsChanged() {
      writePublicKeys(auditPlace(settings, slot).directory, root)
      // Tokens that were seen before are remembered as good: those of a root key that was dropped are not.
      await identity.authenticator.forgetAll()
    },
    async close() {
      await tracing?.close()
      metrics.close()
      for (const token of tokens.values()) await token.close()
      await changes.stop()
      cache.clear()
      clearInterval(writingUsage)
      await writeUsage()
      await audit.close()
    },
  }
}
