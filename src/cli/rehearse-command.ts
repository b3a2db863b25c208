import type { RotationHindrance } from '../core/rehearsal.ts'
import type { EpochMs } from '../core/time.ts'
import { SETTINGS } from '../server/settings-table.ts'
import { STORE_FLAGS, storeSettingsOf } from '../server/store-settings.ts'
import { CONNECTION_HELP, parseCall } from './call-flags.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import type { ConnectionFlags } from './connection/connection-flags.ts'
import { openClient } from './connection/open-client.ts'
import { type KeySource, keysOfServer, keysOfStore } from './key-sources.ts'
import { mistake } from './mistakes.ts'
import { OUTPUT_FORMS, outputForm, printReply } from './output/print-reply.ts'
import { showProgress } from './progress.ts'
import { makePlan, PERIODS, type RehearsalPlan, yearsAfter } from './rehearsal-plan.ts'
import { type ReportWords, reportWordsFor } from './report-words.ts'

const MAX_YEARS = 100
const MAX_LISTED = 1_000_000
const DEFAULT_LISTED = 50
const BAR_CELLS = 40

const TEXT = { type: 'string' } as const
const OPTIONS = {
  years: TEXT,
  from: TEXT,
  by: TEXT,
  key: TEXT,
  list: TEXT,
  output: TEXT,
  data: TEXT,
  store: TEXT,
  'store-password-file': TEXT,
  'store-ca': TEXT,
} as const

/** Shows what will rotate when. */
export const rehearse: Command = {
  help: () =>
    [
      'Usage: keyturn rehearse [FLAGS]',
      '',
      'Shows what will rotate when, if nobody changes anything: the rules of the scheduler on a clock that runs',
      'ahead. Nothing is written. Reads the keys of the project from a server or, with --data or --store, those',
      'of all projects from a store, whether or not a server runs on it. Times are UTC.',
      '',
      `  --years N\n        how far to look, 1 to ${MAX_YEARS} [10]`,
      '  --from TIME\n        where to begin, such as 2027-01-01 or 2027-01-01T12:00Z [now, by the clock of the server]',
      `  --by ${PERIODS.join('|')}\n        how to sum up [month up to 3 years, else quarter]`,
      '  --key KEY\n        this one alone, by id or alias',
      `  --list N\n        how many keys to tell one by one [${DEFAULT_LISTED}]`,
      `  --output ${OUTPUT_FORMS.join('|')}\n        how to print it; without it, a table on a terminal and JSON elsewhere`,
      '  --data DIR\n        data folder of a server, instead of asking the server',
      ...STORE_FLAGS.filter((name) => name !== 'root-key').map(
        (name) => `  --${name} ${SETTINGS[name].placeholder}\n        ${SETTINGS[name].help}`,
      ),
      '',
      CONNECTION_HELP,
    ].join('\n'),
  async run(args, io) {
    const { values, positionals } = parseCall(args, OPTIONS)
    if (positionals.length > 0) throw mistake('what-is', { word: positionals[0] ?? '' })
    const form = outputForm(values.output, io)
    const years = wholeNumber('years', values.years ?? '10', 1, MAX_YEARS)
    const period = periodOf(values.by ?? (years <= 3 ? 'month' : 'quarter'))
    const listedKeys = wholeNumber('list', values.list ?? String(DEFAULT_LISTED), 0, MAX_LISTED)
    const { hindrances } = await reportWordsFor(io)
    const source = await openSource(values, io)
    try {
      const from = values.from === undefined ? source.now : timeOf(values.from)
      const maker = makePlan({ from, until: yearsAfter(from, years), period, listedKeys })
      await readKeys(source, values.key, io, maker.add)
      await printReply(reportOf(maker.plan(), hindrances, form === 'table'), form, io)
    } finally {
      await source.close()
    }
    return EXIT.ok
  },
}

type Values = ConnectionFlags & Readonly<Partial<Record<keyof typeof OPTIONS, string>>>

async function openSource(values: Values, io: CommandIo): Promise<KeySource> {
  if (values.data === undefined && values.store === undefined) {
    return keysOfServer(await openClient(values, io))
  }
  const environment = values.store === undefined ? {} : io.environment
  return keysOfStore(values.data ?? '.', storeSettingsOf(values, environment))
}

async function readKeys(
  source: KeySource,
  named: string | undefined,
  io: CommandIo,
  add: ReturnType<typeof makePlan>['add'],
): Promise<void> {
  const progress = await showProgress(io, { task: 'rehearsing', unit: 'keys', total: source.total })
  let found = 0
  try {
    for await (const key of source.keys()) {
      progress.add(1)
      if (named !== undefined && key.id !== named && key.alias !== named) continue
      found++
      add(key)
    }
  } finally {
    progress.end()
  }
  if (named !== undefined && found === 0) throw mistake('key-absent', { name: named })
}

/** A plan as it is printed; with bars, where somebody looks. */
function reportOf(
  plan: RehearsalPlan,
  meanings: ReportWords['hindrances'],
  hasBars: boolean,
): Readonly<Record<string, unknown>> {
  const most = Math.max(1, ...plan.periods.map(({ rotations }) => rotations))
  return {
    from: iso(plan.from),
    until: iso(plan.until),
    keys: plan.keys,
    rotating_keys: plan.rotatingKeys,
    rotations: plan.rotations,
    overdue_rotations: plan.overdue,
    ...(plan.busiestDay === undefined
      ? {}
      : {
          busiest_day: iso(plan.busiestDay.day).slice(0, 10),
          rotations_on_busiest_day: plan.busiestDay.rotations,
        }),
    destroyed_keys: plan.destroyed,
    expiring_keys: plan.expiring,
    periods: plan.periods.map(({ name, rotations }) => ({
      period: name,
      rotations,
      ...(hasBars ? { '': '#'.repeat(Math.ceil((rotations / most) * BAR_CELLS)) } : {}),
    })),
    not_rotating: (Object.keys(meanings) as RotationHindrance[]).flatMap((reason) => {
      const keys = plan.hindrances[reason]
      return keys === undefined ? [] : [{ reason, keys, meaning: meanings[reason] }]
    }),
    listed_keys: plan.listed.map((key) => ({
      key_id: key.keyId,
      alias: key.alias,
      interval_days: key.intervalDays,
      rotations: key.rotations,
      first: key.firstAt && iso(key.firstAt),
      last: key.lastAt && iso(key.lastAt),
      not_rotating: key.hindrance,
      ends: key.endsAt && iso(key.endsAt),
    })),
    unlisted_keys: plan.keys - plan.listed.length,
  }
}

function periodOf(text: string) {
  const period = PERIODS.find((known) => known === text)
  if (period === undefined)
    throw mistake('not-a-choice', { flag: 'by', choices: PERIODS.join(', ') })
  return period
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (/^[0-9]{1,9}$/.test(text) && number >= least && number <= most) return number
  throw mistake('not-a-whole-number', { flag, min: least, max: most })
}

function timeOf(text: string): EpochMs {
  // A date or a time with its zone: a time without one would be that of this machine.
  const isClear = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(
    text,
  )
  const time = Date.parse(text)
  if (!isClear || Number.isNaN(time)) {
    throw mistake('not-a-date-or-time', { flag: 'from' })
  }
  return time as EpochMs
}

function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}
