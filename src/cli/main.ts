import { EXIT } from './command.ts'
import { helpWordsIn } from './help-words.ts'
import { languageOf } from './language.ts'
import { cutTo } from './output/display-width.ts'
import { run } from './run.ts'
import { systemProblemOf } from './system-problems.ts'
import { askAtTerminal } from './terminal.ts'

/** What a program ends with that wrote to a pipe nobody reads, as a shell tells of SIGPIPE. */
const NOBODY_READS = 141

// Who reads our output may stop reading, and a disk may be full: that is no accident, but not all that was
// asked is done. A server goes on, for those whom it serves.
const isServer = process.argv[2] === 'serve'
let unwritten: Error | undefined
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' && !isServer) process.exit(NOBODY_READS)
  unwritten ??= error
})
process.stderr.on('error', () => undefined) // whom could it be told?

const code = await run(process.argv.slice(2), {
  environment: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
  rewriteLine: process.stderr.isTTY
    ? // A line that wraps cannot be written over.
      (text) =>
        process.stderr.write(`\r\u001b[2K${cutTo(text, (process.stderr.columns || 80) - 1)}`)
    : undefined,
  isWatched: process.stdout.isTTY === true,
  isColourful: process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '',
  ask: askAtTerminal(),
})

// That something could not be written is told after the call that wrote it.
await new Promise((resolve) => setImmediate(resolve))
// A command that failed has said why.
if (unwritten !== undefined && !isServer && code === 0) {
  const { system } = await helpWordsIn(languageOf(process.env))
  const why = systemProblemOf(unwritten, system) ?? unwritten.message
  process.stderr.write(`keyturn: ${why}\n`)
  process.exitCode = EXIT.failed
} else {
  process.exitCode = code
}
