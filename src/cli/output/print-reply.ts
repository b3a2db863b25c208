import type { CommandIo } from '../command.ts'
import { mistake } from '../mistakes.ts'
import { terminalWordsFor } from '../terminal-words.ts'
import { type TableOptions, toTable } from './table.ts'
import { toYaml } from './yaml.ts'

/** How an answer is printed. */
export const OUTPUT_FORMS = ['table', 'json', 'yaml'] as const

/** How an answer is printed. */
export type OutputForm = (typeof OUTPUT_FORMS)[number]

/** Variable that says how answers are printed, where no flag does. */
export const OUTPUT_VARIABLE = 'KEYTURN_OUTPUT'

/**
 * The form that is wanted: by flag, by variable, or else a table for people and JSON for programs.
 *
 * @throws {Mistake} for one that does not exist
 */
export function outputForm(flag: string | undefined, io: CommandIo): OutputForm {
  const wanted = flag ?? io.environment[OUTPUT_VARIABLE]
  if (wanted === undefined || wanted === '') return io.isWatched === true ? 'table' : 'json'
  const form = OUTPUT_FORMS.find((known) => known === wanted)
  if (form === undefined)
    throw mistake('not-a-choice', { flag: 'output', choices: OUTPUT_FORMS.join(', ') })
  return form
}

/** Prints an answer. */
export async function printReply(
  reply: Readonly<Record<string, unknown>>,
  form: OutputForm,
  io: CommandIo,
  columns?: TableOptions['columns'],
): Promise<void> {
  switch (form) {
    case 'table': {
      const { table: words } = await terminalWordsFor(io)
      io.print(toTable(reply, { columns, words, isColourful: io.isColourful }))
      break
    }
    case 'json':
      io.print(JSON.stringify(reply, undefined, 2))
      break
    case 'yaml':
      io.print(toYaml(reply))
      break
    default:
      throw form satisfies never
  }
}
