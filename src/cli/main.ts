import { cutTo } from './output/display-width.ts'
import { run } from './run.ts'
import { askAtTerminal } from './terminal.ts'

/** What a program ends with that wrote to a pipe nobody reads, as a shell tells of SIGPIPE. */
const NOBODY_READS = 141

// Who reads our output may stop reading: that is no accident, but not all that was asked is done.
// A server goes on, for those whom it serves.
const isServer = process.argv[2] === 'serve'
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  if (!isServer) process.exit(NOBODY_READS)
})

process.exitCode = await run(process.argv.slice(2), {
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
