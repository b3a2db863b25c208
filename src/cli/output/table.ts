import { type TableWords, TERMINAL_WORDS_EN } from '../terminal-words.ts'
import { displayWidth, padTo, tame } from './display-width.ts'

/** How a table is to look. */
export interface TableOptions {
  /** What to show of each thing in a list; without it, everything. */
  readonly columns?: readonly string[] | undefined
  readonly isColourful?: boolean | undefined
  /** Without it, English. */
  readonly words?: TableWords | undefined
}

type Row = Readonly<Record<string, unknown>>

/** Names of members that hold a time in milliseconds since 1970. */
const TIMES = /(?:^|_)(?:time|date|day|now|since|to)$/
const TIME_VALUE = /^[0-9]{12,14}$/
/** Members that say how a list goes on. */
const PAGING: readonly string[] = [
  'next_marker',
  'truncated',
  'total',
  'total_count',
  'keys',
  'links.self',
]
const STATE_COLOURS: Readonly<Record<string, number>> = { '2': 32, '3': 33, '4': 31, '5': 36 }
const BOLD = 1
const DIM = 2
const GAP = '  '

/**
 * An answer for people: lists of things as tables, everything else as names with their values. Times
 * are dates, states are words.
 */
export function toTable(reply: Row, options: TableOptions = {}): string {
  const { lists: all, values } = partsOf(only(reply))
  const lists = withoutEmpty(all)
  const [list] = lists
  const isList = options.columns !== undefined || values.every(([name]) => PAGING.includes(name))
  if (list !== undefined && lists.length === 1 && isList) {
    const rows = toRows(list[1], options)
    const rest = values.filter(
      ([name, value]) => value !== '' && name !== 'truncated' && !isIdList(name, value, list[1]),
    )
    const foot = rest.map(([name, value]) => dim(`${name}: ${cell(name, value, options)}`, options))
    return [rows, ...foot].join('\n')
  }
  const width = Math.max(0, ...values.map(([name]) => displayWidth(name)))
  const lines = values.map(
    ([name, value]) =>
      `${paint(padTo(name, width), BOLD, options)}${GAP}${coloured(name, value, cell(name, value, options), options)}`,
  )
  const tables = lists.map(
    ([name, rows]) =>
      `${lines.length === 0 ? '' : '\n'}${paint(`${name}:`, BOLD, options)}\n${toRows(rows, options)}`,
  )
  const text = [...lines.map((line) => line.trimEnd()), ...tables].join('\n')
  return text === '' ? wordsOf(options).done : text
}

/** Things as lines under a head of their members' names. */
function toRows(rows: readonly Row[], options: TableOptions): string {
  if (rows.length === 0) return dim(wordsOf(options).none, options)
  const present = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columns = options.columns?.filter((name) => present.includes(name)) ?? []
  const names = columns.length > 0 ? columns : present
  const cells = rows.map((row) => names.map((name) => cell(name, row[name], options)))
  const widths = names.map((name, at) =>
    Math.max(displayWidth(name), ...cells.map((line) => displayWidth(line[at] ?? ''))),
  )
  const head = names.map((name, at) => padTo(name.toUpperCase(), widths[at] ?? 0)).join(GAP)
  const lines = cells.map((line, index) =>
    line
      .map((text, at) => {
        const name = names[at] ?? ''
        return coloured(name, rows[index]?.[name], padTo(text, widths[at] ?? 0), options)
      })
      .join(GAP)
      .trimEnd(),
  )
  return [paint(head.trimEnd(), BOLD, options), ...lines].join('\n')
}

/** What an answer holds, if that is one thing: its name says nothing then. */
function only(reply: Row): Row {
  const [first, ...others] = Object.values(reply)
  return others.length === 0 && isRow(first) ? first : reply
}

interface Parts {
  readonly lists: readonly (readonly [string, readonly Row[]])[]
  readonly values: readonly (readonly [string, unknown])[]
}

/** Lists of things, and everything else; members of things within bear the names of both. */
function partsOf(row: Row, prefix = ''): Parts {
  const lists: (readonly [string, readonly Row[]])[] = []
  const values: (readonly [string, unknown])[] = []
  for (const [name, value] of Object.entries(row)) {
    const whole = `${prefix}${name}`
    if (isListOfRows(value)) lists.push([whole, value])
    else if (isRow(value)) {
      const within = partsOf(value, `${whole}.`)
      lists.push(...within.lists)
      values.push(...within.values)
    } else values.push([whole, value])
  }
  return { lists, values }
}

/** Of several lists, those that hold something; if none does, the last. */
function withoutEmpty(lists: Parts['lists']): Parts['lists'] {
  const filled = lists.filter(([, rows]) => rows.length > 0)
  return filled.length > 0 ? filled : lists.slice(-1)
}

function cell(name: string, value: unknown, options: TableOptions): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map((item) => cell(name, item, options)).join(', ')
  if (isRow(value)) {
    const { key, value: held } = value
    if (typeof key === 'string') return tame(held === undefined ? key : `${key}=${String(held)}`)
    return tame(JSON.stringify(value))
  }
  const text = String(value)
  if (TIMES.test(name) && TIME_VALUE.test(text)) return dateOf(Number(text))
  if (/(?:^|\.)key_state$/.test(name)) return wordsOf(options).states[text] ?? text
  return tame(text)
}

function wordsOf({ words }: TableOptions): TableWords {
  return words ?? TERMINAL_WORDS_EN.table
}

function dateOf(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d{3}Z$/, 'Z')
}

/** `keys` beside `key_details`: the same once more, without what makes it worth showing. */
function isIdList(name: string, value: unknown, rows: readonly Row[]): boolean {
  return name === 'keys' && Array.isArray(value) && value.length === rows.length
}

function coloured(name: string, value: unknown, text: string, options: TableOptions): string {
  const colour = name === 'key_state' ? STATE_COLOURS[String(value)] : undefined
  return colour === undefined ? text : paint(text, colour, options)
}

function dim(text: string, options: TableOptions): string {
  return paint(text, DIM, options)
}

function paint(text: string, code: number, { isColourful }: TableOptions): string {
  return isColourful === true ? `\u001b[${code}m${text}\u001b[0m` : text
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An empty list is one of things too: of what, nobody knows. */
function isListOfRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.every(isRow)
}
