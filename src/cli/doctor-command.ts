import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EpochMs } from '../core/time.ts'
import { examine, type Finding, type Severity } from '../server/doctor/examine.ts'
import { readSettings } from '../server/settings.ts'
import { SETTINGS, type Settings } from '../server/settings-table.ts'
import { ownTarget, type Target } from './ask-server.ts'
import { CONNECTION_HELP, parseCall } from './call-flags.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import type { ConnectionFlags } from './connection/connection-flags.ts'
import { connectionOf, openClient } from './connection/open-client.ts'
import { checkKeys, checkServer } from './doctor-server.ts'
import { mistake } from './mistakes.ts'
import { tame } from './output/display-width.ts'
import { OUTPUT_FORMS, outputForm, printReply } from './output/print-reply.ts'
import { showProgress } from './progress.ts'

const TEXT = { type: 'string' } as const
const OWN_OPTIONS = { output: TEXT, config: TEXT } as const
const SETTING_OPTIONS = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { type }]) => [
    name,
    { type: type === 'boolean' ? 'boolean' : 'string' } as const,
  ]),
)
const MARKS = {
  problem: ['PROBLEM', 31],
  warning: ['warning', 33],
  note: ['note', 36],
  good: ['ok', 32],
} as const satisfies Record<Severity, readonly [string, number]>

type Values = ConnectionFlags & Readonly<Record<string, string | boolean | undefined>>

/** Looks at an installation and says what is wrong. */
export const doctor: Command = {
  help: () =>
    [
      'Usage: keyturn doctor [FLAGS]',
      '',
      'Looks at an installation and says what is wrong, what that means and what to do. It writes nothing and',
      'disturbs no server. Without --endpoint it looks at the data folder of this machine and asks the server',
      'on it; give it the settings of that server, as flags, variables or --config. With --endpoint it looks at',
      'a server elsewhere, and at its keys if somebody signs in.',
      '',
      'Rows of keys and versions must be what Keyturn wrote: each is looked at, or, where a table has more than',
      '100,000, 50,000 of them at random. keyturn store verify looks at every row, page and index.',
      '',
      `  --output ${OUTPUT_FORMS.join('|')}\n        how to print it; without it, a table on a terminal and JSON elsewhere`,
      '  --data DIR\n        data folder of the server; its other settings too: keyturn config show --help lists them',
      '  --config FILE\n        its settings file',
      '',
      CONNECTION_HELP,
      '',
      'Exit codes: 0 no problem was found, though perhaps warnings; 1 problems; 2 called wrongly.',
    ].join('\n'),
  async run(args, io) {
    const { values, positionals } = parseCall(args, { ...SETTING_OPTIONS, ...OWN_OPTIONS })
    if (positionals.length > 0) throw mistake('what-is', { word: positionals[0] ?? '' })
    const form = outputForm(values.output, io)
    const findings =
      values.endpoint === undefined && values.profile === undefined
        ? await lookHere(values, io)
        : await lookThere(values, io)
    const problems = countOf(findings, 'problem')
    if (form === 'table') io.print(present(findings, io))
    else await printReply({ problems, warnings: countOf(findings, 'warning'), findings }, form, io)
    return problems === 0 ? EXIT.ok : EXIT.failed
  },
}

async function lookHere(values: Values, io: CommandIo): Promise<readonly Finding[]> {
  const { settings } = readSettings(settingFlags(values), io.environment)
  const progress = await showProgress(io, { task: 'verifying', unit: 'rows', total: undefined })
  const examined = await examine(settings, Date.now() as EpochMs, progress.add).finally(() =>
    progress.end(),
  )
  const at = localServer(settings)
  return [...examined, ...(await checkServer(at, { isExpected: false }))]
}

async function lookThere(values: Values, io: CommandIo): Promise<readonly Finding[]> {
  const caFile = values['ca-file']
  const ca = caFile === undefined ? undefined : readFileSync(caFile)
  const base = (values.endpoint ?? (await connectionOf(values, io)).endpoint).replace(/\/+$/, '')
  const at = (path: string): Target => ({ url: new URL(base + path), ca, isVerified: true })
  const findings = await checkServer(at, { isExpected: true })
  if (findings.some(({ about, severity }) => about === 'server' && severity === 'problem')) {
    return findings
  }
  try {
    return [...findings, ...(await checkKeys(await openClient(values, io)))]
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return [
      ...findings,
      {
        about: 'keys',
        severity: 'note',
        found: `not looked at: ${found}`,
        means: 'overdue rotations and deletions to come would be seen by who may list keys',
        remedy: 'sign in: keyturn configure, or the flags that --help lists',
      },
    ]
  }
}

/** Flags that are settings of the server, as it takes them. */
function settingFlags(values: Values): readonly string[] {
  return ['config', ...Object.keys(SETTINGS)].flatMap((name) => {
    const value = values[name]
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}`, value]
  })
}

/** The server writes down where it listens, which counts where the port is any that is free. */
function localServer(settings: Settings): (path: string) => Target {
  if (!/:0$/.test(settings.listen)) return (path) => ownTarget(settings, path)
  try {
    const file = join(resolve(settings.data), 'bootstrap-credentials.json')
    const { endpoint } = JSON.parse(readFileSync(file, 'utf8'))
    const { host } = new URL(String(endpoint))
    return (path) => ownTarget({ ...settings, listen: host }, path)
  } catch {
    return (path) => ownTarget(settings, path)
  }
}

function present(findings: readonly Finding[], io: CommandIo): string {
  const width = Math.max(...findings.map(({ about }) => about.length))
  const markWidth = Math.max(...Object.values(MARKS).map(([mark]) => mark.length))
  const indent = ' '.repeat(markWidth + width + 4)
  const lines = findings.flatMap(({ about, severity, found, means, remedy }) => {
    const [mark, colour] = MARKS[severity]
    const padded = mark.padEnd(markWidth)
    const shown = io.isColourful === true ? `\u001b[${colour}m${padded}\u001b[0m` : padded
    return [
      `${shown}  ${about.padEnd(width)}  ${tame(found)}`,
      ...(means === undefined ? [] : [`${indent}${means}`]),
      ...(remedy === undefined ? [] : [`${indent}→ ${remedy}`]),
    ]
  })
  const [problems, warnings] = [countOf(findings, 'problem'), countOf(findings, 'warning')]
  const sum = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
  return [...lines, '', `${sum(problems, 'problem')}, ${sum(warnings, 'warning')}.`].join('\n')
}

function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length
}
