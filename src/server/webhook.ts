import { statSync } from 'node:fs'
import { testEventBody } from '../contract/event-body.ts'
import { randomHex } from '../crypto/random.ts'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import { EventDelivery, MAX_AT_A_TIME } from '../events/deliver-events.ts'
import { makePost, type PostEvent, type PostOutcome } from '../events/post-event.ts'
import { parseWebhookSecrets, signWebhook } from '../events/sign-webhook.ts'
import { readSmall } from '../files/read-small.ts'
import { systemClock } from '../ports/clock.ts'
import type { EventOutbox } from '../ports/event-outbox.ts'
import { describeError, type Logger } from './log.ts'
import { missing, SettingsError } from './settings-error.ts'
import type { Settings } from './settings-table.ts'

/** A receiver of events, and what they are signed with. */
export interface Webhook {
  readonly post: PostEvent
  readonly timeoutMs: number
  /** Read again when their file changes. */
  readonly secrets: () => readonly SecretBytes[]
}

/**
 * The receiver that the settings name; undefined when they name none.
 *
 * @param warn Told when a changed file of secrets cannot be used: then the old ones sign on.
 * @throws {SettingsError} when a file cannot be read or has no secret
 */
export function readWebhook(
  settings: Settings,
  warn: (error: unknown) => void,
): Webhook | undefined {
  const { 'webhook-url': url, 'webhook-secret-file': secretFile, 'webhook-ca': caFile } = settings
  const timeoutMs = settings['webhook-timeout-ms']
  if (url === undefined || secretFile === undefined) return undefined
  const ca = caFile === undefined ? undefined : readText(caFile, 'webhook-ca')
  return {
    post: makePost({ url, ca, maxConnections: MAX_AT_A_TIME, timeoutMs }),
    timeoutMs,
    secrets: followSecrets(secretFile, warn),
  }
}

/** Sends an event that only shows that events arrive, to the receiver that the settings name. */
export async function sendTestEvent(
  settings: Settings,
): Promise<{ readonly id: string; readonly outcome: PostOutcome }> {
  const webhook = readWebhook(settings, () => undefined)
  if (webhook === undefined) throw new SettingsError(missing('webhook-url'))
  const id = `test_${randomHex(16)}`
  const now = systemClock.now()
  const body = testEventBody(now, settings.region)
  const headers = signWebhook(webhook.secrets(), id, Math.floor(now / 1000), body)
  const outcome = await webhook.post({ ...headers }, body, new AbortController().signal)
  return { id, outcome }
}

/** What is measured of deliveries. */
export interface DeliveryFigures {
  readonly delivered: number
  readonly failed: number
  readonly isGone: boolean
}

/** Delivers events to the receiver that the settings name. */
export interface Delivery {
  readonly figures: () => DeliveryFigures
  readonly start: () => void
  readonly stop: () => Promise<void>
}

/** Makes ready to deliver events; undefined without a receiver. */
export function makeDelivery(
  settings: Settings,
  outbox: EventOutbox,
  log: Logger,
): Delivery | undefined {
  const webhook = readWebhook(settings, (error) =>
    log.error({ error: describeError(error) }, 'the new webhook secret cannot be used'),
  )
  if (webhook === undefined) return undefined
  const counts = { delivered: 0, failed: 0 }
  const delivery = new EventDelivery({
    outbox,
    ...webhook,
    clock: systemClock,
    events: {
      attempted: (outcome) => {
        counts[outcome]++
      },
      receiverFails: (reason, failures) =>
        log.warn({ reason, failures }, 'the webhook receiver does not take events; they wait'),
      receiverRecovered: (failures) =>
        log.info({ failures }, 'the webhook receiver takes events again'),
      receiverGone: () =>
        log.error('the webhook receiver wants no more events (410): none is sent until a restart'),
      failed: (error) =>
        log.error({ error: describeError(error) }, 'events could not be delivered; they wait'),
    },
  })
  return {
    figures: () => ({ ...counts, isGone: delivery.isGone }),
    start: () => delivery.start(),
    stop: () => delivery.stop(),
  }
}

function followSecrets(file: string, warn: (error: unknown) => void): () => readonly SecretBytes[] {
  let secrets = readSecrets(file)
  let seen = stampOf(file)
  return () => {
    const stamp = stampOf(file)
    if (stamp === seen) return secrets
    seen = stamp
    try {
      secrets = readSecrets(file)
    } catch (error) {
      warn(error)
    }
    return secrets
  }
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`
}

function readSecrets(file: string): readonly SecretBytes[] {
  const secrets = parseWebhookSecrets(readText(file, 'webhook-secret-file'))
  if (secrets !== undefined) return secrets
  throw new SettingsError({
    en:
      `--webhook-secret-file: ${file} must have whsec_ and the base64 of 24 to 64 random bytes, ` +
      'or several of them, one a line',
    zh: `--webhook-secret-file：${file} 中应为 whsec_ 加 24 至 64 个随机字节的 base64，可有多个，每行一个`,
  })
}

function readText(file: string, setting: string): string {
  try {
    return readSmall(file).toString('utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new SettingsError(
      {
        en: `--${setting}: ${file} cannot be read: ${why}`,
        zh: `--${setting}：无法读取 ${file}：${why}`,
      },
      { cause },
    )
  }
}
