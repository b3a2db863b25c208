import type { EpochMs } from '../core/time.ts'
import type { WaitingEvent } from '../ports/event-outbox.ts'
import { readSettings } from '../server/settings.ts'
import { missing, SettingsError } from '../server/settings-error.ts'
import { sendTestEvent } from '../server/webhook.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { mistake } from './mistakes.ts'
import { withDataFolder } from './open-store.ts'
import { settingsHelp } from './settings-help.ts'

const LIST_FLAGS = { limit: { placeholder: 'N', help: 'how many at most [50]' } }
const DISCARD_FLAGS = {
  before: {
    placeholder: 'TIME',
    help: 'give up events written before that time (ISO 8601)',
    required: true,
  },
}
const MAX_LISTED = 10_000
const DEFAULT_LISTED = 50

/** Sends an event that only shows that events arrive. */
export const eventsTest: Command = {
  help: () =>
    'Usage: keyturn events test [FLAGS]\n\nSends an event of type keyturn.test to the webhook of ' +
    `these settings, at once, and says what came of it.\n\n${settingsHelp()}`,
  async run(args, io) {
    const { settings } = readSettings(args, io.environment)
    if (settings['webhook-url'] === undefined) throw new SettingsError(missing('webhook-url'))
    const { id, outcome } = await sendTestEvent(settings)
    if (outcome.kind === 'delivered') {
      io.print(`The receiver took ${id}.`)
      return EXIT.ok
    }
    const reason = outcome.kind === 'gone' ? 'HTTP 410: it wants no events' : outcome.reason
    io.printError(`The receiver did not take ${id}: ${reason}`)
    return EXIT.failed
  },
}

/** Shows events that wait to be delivered. */
export const eventsList: Command = {
  help: () =>
    flagsHelp(
      'events list',
      'Shows events that wait to be delivered, the oldest first.',
      LIST_FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, LIST_FLAGS, io)
    const limit = Number(flags['limit'] ?? DEFAULT_LISTED)
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
      throw mistake('not-a-whole-number', { flag: 'limit', min: 1, max: MAX_LISTED })
    }
    return withDataFolder(flags, io, async ({ storage }) => {
      const waiting = await storage.outbox.waiting(limit)
      if (waiting.length === 0) io.print('No event waits.')
      for (const line of table(waiting)) io.print(line)
      return EXIT.ok
    })
  },
}

/** Gives up events that wait: they are never delivered. */
export const eventsDiscard: Command = {
  help: () =>
    flagsHelp(
      'events discard',
      'Gives up events that wait to be delivered: nobody will ever get them. What rotated stays\n' +
        'known: every rotation has its event in the store.',
      DISCARD_FLAGS,
    ),
  async run(args, io) {
    const flags = parseFlags(args, DISCARD_FLAGS, io)
    const time = Date.parse(flags['before'] ?? '')
    if (Number.isNaN(time)) throw mistake('not-a-date', { flag: 'before' })
    return withDataFolder(flags, io, async ({ storage, change }) => {
      const detail = { before: new Date(time).toISOString() }
      const count = await change(
        { command: 'events discard', detail },
        () => storage.outbox.discard(time as EpochMs),
        (events) => ({ detail: { events } }),
      )
      io.print(`${count} events given up.`)
      return EXIT.ok
    })
  },
}

function table(waiting: readonly WaitingEvent[]): readonly string[] {
  const now = Date.now()
  const rows = waiting.map((event) => [
    new Date(event.createdAt).toISOString(),
    event.type,
    event.keyId,
    String(event.attempts),
    `${Math.max(0, Math.ceil((event.nextAt - now) / 1000))} s`,
    event.lastError ?? '',
  ])
  const all = waiting.length === 0 ? [] : [HEADINGS, ...rows]
  const widths = HEADINGS.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)))
  return all.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const HEADINGS = ['written', 'type', 'key', 'tries', 'next in', 'last answer']
