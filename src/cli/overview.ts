import type { CommandEntry } from './command.ts'
import type { HelpWords } from './help-words.ts'
import { NOUNS, type Noun } from './operation-words.ts'

/** What `keyturn --help` prints: what works on an installation, and what of a server there is. */
export function overview(commands: readonly CommandEntry[], text: HelpWords): string {
  const own = commands.filter(({ operation }) => operation === undefined)
  const lines: readonly Line[] = own.map((entry) => ({
    words: entry.words,
    summary: text.summary(entry),
  }))
  const nouns: readonly Line[] = (Object.keys(NOUNS) as Noun[]).map((words) => ({
    words,
    summary: text.noun(words),
  }))
  const width = widthOf([...lines, ...nouns])
  return [
    text.about,
    '',
    `${text.usage}keyturn COMMAND [FLAGS]`,
    '',
    ...lines.map((line) => format(line, width)),
    '',
    text.ofServers,
    '',
    ...nouns.map((line) => format(line, width)),
    '',
    text.tellsMore('keyturn COMMAND'),
    text.exitCodes,
  ].join('\n')
}

/** What `keyturn NOUN --help` prints: the commands that begin with that word. */
export function nounHelp(noun: string, commands: readonly CommandEntry[], text: HelpWords): string {
  const width = widthOf(commands)
  return [
    `${text.usage}keyturn ${noun} COMMAND [FLAGS]`,
    '',
    ...commands.map((entry) => format({ ...entry, summary: text.summary(entry) }, width)),
    '',
    text.tellsMore(`keyturn ${noun} COMMAND`),
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

function widthOf(lines: readonly Pick<Line, 'words'>[]): number {
  return Math.max(...lines.map(({ words }) => words.length))
}

function format({ words, summary }: Line, width: number): string {
  return `  ${words.padEnd(width)}  ${summary}`
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
