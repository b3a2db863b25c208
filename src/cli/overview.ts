import type { CommandEntry } from './command.ts'
import { NOUNS } from './operation-words.ts'

const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 called wrongly, 3 not signed in or not allowed, 4 no such thing,\n' +
  '5 the server or the way to it is not well.'

/** What `keyturn --help` prints: what works on an installation, and what of a server there is. */
export function overview(commands: readonly CommandEntry[]): string {
  const own = commands.filter(({ operation }) => operation === undefined)
  const lines: readonly Line[] = own.map(({ words, summary }) => ({ words, summary }))
  const nouns: readonly Line[] = Object.entries(NOUNS).map(([words, summary]) => ({
    words,
    summary,
  }))
  const width = widthOf([...lines, ...nouns])
  return [
    'Keyturn, a key management service: keys that rotate by themselves and can prove it.',
    '',
    'Usage: keyturn COMMAND [FLAGS]',
    '',
    ...lines.map((line) => format(line, width)),
    '',
    'What a server does, each with commands of its own (keyturn key --help lists those of keys):',
    '',
    ...nouns.map((line) => format(line, width)),
    '',
    'keyturn COMMAND --help tells more.',
    EXIT_CODES,
  ].join('\n')
}

/** What `keyturn NOUN --help` prints: the commands that begin with that word. */
export function nounHelp(noun: string, commands: readonly CommandEntry[]): string {
  const width = widthOf(commands)
  return [
    `Usage: keyturn ${noun} COMMAND [FLAGS]`,
    '',
    ...commands.map((entry) => format({ ...entry, summary: lowerFirst(entry.summary) }, width)),
    '',
    `keyturn ${noun} COMMAND --help tells more.`,
  ].join('\n')
}

/** The command that was most likely meant by `wanted`; undefined when none is near. */
export function nearest(wanted: string, commands: readonly CommandEntry[]): string | undefined {
  const ranked = commands
    .map(({ words }) => ({ words, distance: distanceOf(wanted, words) }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.max(2, wanted.length / 4)
    ? best.words
    : undefined
}

interface Line {
  readonly words: string
  readonly summary: string
}

function widthOf(lines: readonly Line[]): number {
  return Math.max(...lines.map(({ words }) => words.length))
}

function format({ words, summary }: Line, width: number): string {
  return `  ${words.padEnd(width)}  ${summary}`
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

/** How many letters must be put in, taken out or changed. Source: Wagner and Fischer, 1974. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
