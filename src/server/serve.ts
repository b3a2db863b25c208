import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ChangeFollower } from '../app/change-follower.ts'
import type { Deps } from '../app/deps.ts'
import { KeyCache } from '../app/key-cache.ts'
import { PagePlaces } from '../app/page-places.ts'
import { openAuditLog } from '../audit/file-log.ts'
import type { ApiKind } from '../contract/operation.ts'
import type { Key } from '../core/key.ts'
import { latenessMs, type RotationEvent } from '../core/rotation.ts'
import type { EpochMs } from '../core/time.ts'
import { randomHex } from '../crypto/random.ts'
import { answerDocument, makeDocuments } from '../http/documents.ts'
import { type Listener, listen, type TlsFiles } from '../http/listener.ts'
import { answer, type Pipeline } from '../http/pipeline.ts'
import { answerProbe, isLocal, type Probes } from '../http/probes.ts'
import { makeRateLimit } from '../http/rate-limit.ts'
import { makeRouter } from '../http/router.ts'
import type { AuditLog, AuditRecord } from '../ports/audit-log.ts'
import { type Clock, systemClock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import { makeTimePass, VirtualClock } from '../scheduler/virtual-clock.ts'
import { bootstrap, recordEndpoint } from './bootstrap.ts'
import { AUDIT_FOLDER, openDataFolder } from './data-folder.ts'
import { makeIdentity } from './identity.ts'
import { describeError, type Logger } from './log.ts'
import { makeMetrics } from './metrics.ts'
import { readPeers } from './peers.ts'
import { parseAddress, SettingsError } from './settings.ts'
import type { Settings } from './settings-table.ts'
import { watchTls } from './tls-files.ts'
import { readTokens } from './tokens.ts'
import { version } from './version.ts'

/** How long the change log is kept: far longer than anybody may go without reading it. */
const KEEP_CHANGES_MS = 60 * 60 * 1000
const HOUSEKEEPING_MS = 10 * 60 * 1000

/** What may be put in place of the real parts, in tests. */
export interface ServeOverrides {
  /** Wraps the store that was opened. */
  readonly storage?: (storage: Storage) => Storage
  readonly audit?: (audit: AuditLog) => AuditLog
}

/** A server that runs. */
export interface RunningServer {
  /** Scheme, host and port. */
  readonly url: string
  readonly directory: string
  /** Whether the first credentials were made at this start. */
  readonly isFirstStart: boolean
  /** Lets milliseconds pass; undefined on the system's clock. */
  readonly advanceClock: ((stepMs: number) => Promise<void>) | undefined
  readonly clock: Clock
  readonly storage: Storage
  /** Answers what is under way, takes nothing new, writes everything down. */
  readonly stop: () => Promise<void>
}

/** Builds the server that the settings ask for, and starts it. */
export async function serve(
  settings: Settings,
  log: Logger,
  overrides: ServeOverrides = {},
): Promise<RunningServer> {
  const tokens = readTokens(settings.tokens)
  const peers = readPeers(settings.peers, settings.region)
  const directory = resolve(settings.data)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const { root, storage: opened } = await openDataFolder(directory, settings, log)
  const storage = overrides.storage?.(opened) ?? opened
  const isFirstStart =
    settings.identity === 'embedded' &&
    (await storage.exclusively('first start', () =>
      bootstrap({ directory, storage, root, clock: systemClock, region: settings.region }),
    ))
  const openedAudit = await openAuditLog({
    directory: join(directory, AUDIT_FOLDER),
    root,
    checkpoints: storage.checkpoints,
    clock: systemClock,
    sync: settings['audit-sync'],
  })
  const audit = overrides.audit?.(openedAudit) ?? openedAudit

  const virtual = virtualClockOf(settings.clock)
  const clock = virtual ?? systemClock
  const cache = new KeyCache(settings['cache-mib'] * 1024 * 1024)
  const changes = new ChangeFollower(storage.changes, settings['staleness-ms'], [
    (change) => cache.apply(change),
    (change) => identity.authenticator.applyChange(change),
  ])
  const identity = makeIdentity({ settings, storage, root, clock: systemClock, changes })
  let isReady = false
  const metrics = makeMetrics({
    keys: storage.keys,
    cache,
    audit,
    clock,
    isReady: () => isReady,
  })

  async function announceRotation(event: RotationEvent): Promise<void> {
    metrics.countRotation(event)
    const { keyId, cause, actor, fromVersion, toVersion, at, dueAt } = event
    const lateMs = latenessMs(event)
    log.info({ keyId, cause, actor, fromVersion, toVersion, at, dueAt, lateMs }, 'key rotated')
    await audit.append(rotationRecord(event))
    scheduler.syncSoon()
  }

  const advanceClock =
    virtual &&
    makeTimePass({
      clock: virtual,
      nextDueAt: () => storage.keys.nextDueAt(),
      runDue: () => scheduler.runDue(),
    })
  const deps: Deps = {
    clock,
    keys: storage.keys,
    grants: storage.grants,
    labels: storage.labels,
    trust: storage.trust,
    keystores: storage.keystores,
    replicas: storage.replicas,
    tokens,
    peers,
    syncSoon: () => scheduler.syncSoon(),
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
    announceRotation,
    advanceClock,
  }
  const scheduler = new Scheduler(deps, {
    async destroyed(key, at) {
      metrics.countDestruction()
      log.info({ keyId: key.id, at }, 'key destroyed')
      await audit.append(destructionRecord(key, at))
    },
    async expired(key, at) {
      log.info({ keyId: key.id, at }, 'imported material expired')
      await audit.append(expiryRecord(key, at))
    },
    failed: (error) =>
      log.error({ error: describeError(error) }, 'the scheduler failed; it goes on'),
    clockWentBack: (from, to) => log.warn({ from, to }, 'the clock went back'),
  })

  await changes.start((error) =>
    log.error({ error: describeError(error) }, 'the change log cannot be read'),
  )
  await identity.start()

  const publicUrl = settings['public-url']?.replace(/\/+$/, '')
  const apis: readonly ApiKind[] =
    identity.desk === undefined ? ['kms', 'keyturn'] : ['kms', 'keyturn', 'identity']
  const documents = makeDocuments({ version, serverUrl: publicUrl, apis })
  const newRequestId = () => randomHex(16)
  const pipeline: Pipeline = {
    deps,
    authenticator: identity.authenticator,
    audit,
    clock: systemClock,
    route: makeRouter(apis),
    limitRate: makeRateLimit(settings['rate-limit']),
    newRequestId,
    publicUrl,
    observe: metrics.observe,
    logDefect: (error, requestId, operation) =>
      log.error({ requestId, operation, error: describeError(error) }, 'request failed'),
  }
  const problem = () =>
    !isReady ? 'starting or stopping' : (audit.problem() ?? identity.authenticator.problem())
  const probes: Probes = {
    '/healthz': () => textPage(200, 'ok\n'),
    '/readyz': () => {
      const why = problem()
      return why === undefined ? textPage(200, 'ready\n') : textPage(503, `${why}\n`)
    },
    '/metrics': async (request) =>
      isLocal(request)
        ? { status: 200, contentType: metrics.contentType, body: await metrics.page() }
        : textPage(404, 'not here\n'),
  }
  const tls = await readTls(settings)
  const listener = await listen({
    ...parseAddress(settings.listen),
    tls,
    maxConnections: settings['max-connections'],
    lenientHeaders: settings['lenient-http-parser'],
    newRequestId,
    handle(request, response) {
      if (answerProbe(probes, request, response)) return
      if (answerDocument(documents, request, response)) return
      answer(pipeline, request, response).catch((error) => {
        log.error({ error: describeError(error) }, 'a reply could not be sent')
        response.destroy()
      })
    },
  })
  const url = urlOf(listener, tls !== undefined)
  await recordEndpoint(directory, settings['public-url'] ?? url)
  const stopWatching = watchTls(settings, listener, log)
  const housekeeping = setInterval(() => {
    keepHouse(storage).catch((error) =>
      log.warn({ error: describeError(error) }, 'housekeeping failed'),
    )
  }, HOUSEKEEPING_MS).unref()
  isReady = true
  // A virtual clock does what is due when it is told to go on, and not by itself.
  if (virtual === undefined) scheduler.start()

  return {
    url,
    directory,
    isFirstStart,
    advanceClock,
    clock,
    storage,
    async stop() {
      isReady = false
      clearInterval(housekeeping)
      stopWatching()
      await listener.drain(settings['drain-ms'])
      await scheduler.stop()
      for (const token of tokens.values()) await token.close()
      changes.stop()
      cache.clear()
      await audit.close()
      await storage.close()
    },
  }
}

function virtualClockOf(text: string): VirtualClock | undefined {
  if (text === 'system') return undefined
  const match = /^virtual(?::(.+))?$/.exec(text)
  const start = match?.[1] === undefined ? Date.now() : Date.parse(match[1])
  if (match === null || Number.isNaN(start)) {
    throw new SettingsError('--clock must be system, virtual or virtual:TIME (ISO 8601)')
  }
  return new VirtualClock(start as EpochMs)
}

async function readTls(settings: Settings): Promise<TlsFiles | undefined> {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings
  if (certFile === undefined || keyFile === undefined) return undefined
  return { cert: await readFile(certFile), key: await readFile(keyFile) }
}

function urlOf({ host, port }: Listener, isSecure: boolean): string {
  return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function textPage(status: number, body: string) {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}

async function keepHouse(storage: Storage): Promise<void> {
  const now = systemClock.now()
  await storage.changes.forget((now - KEEP_CHANGES_MS) as EpochMs)
  await storage.identity.forgetRevokedTokens(now)
}

function rotationRecord(event: RotationEvent): AuditRecord {
  const { keyId, projectId, cause, actor, fromVersion, toVersion, at, dueAt } = event
  return {
    ...workRecord('KeyRotated', keyId, projectId),
    keyVersion: toVersion,
    detail: {
      cause,
      actor,
      fromVersion,
      at,
      lateMs: latenessMs(event),
      ...(dueAt === undefined ? {} : { dueAt }),
    },
  }
}

function destructionRecord(key: Key, at: EpochMs): AuditRecord {
  return { ...workRecord('KeyDestroyed', key.id, key.projectId), detail: { at } }
}

function expiryRecord(key: Key, at: EpochMs): AuditRecord {
  return { ...workRecord('MaterialExpired', key.id, key.projectId), detail: { at } }
}

/** A record of work that no request asked for. */
function workRecord(operation: string, keyId: string, projectId: string): AuditRecord {
  return {
    at: systemClock.now(),
    requestId: '',
    operation,
    actor: undefined,
    projectId,
    keyId,
    keyVersion: undefined,
    status: 0,
    code: undefined,
    source: undefined,
  }
}
