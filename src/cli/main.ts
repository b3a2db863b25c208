import { run } from './run.ts'

// Who reads our output may stop reading: that is no accident.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
  rewriteLine: process.stderr.isTTY
    ? (text) => process.stderr.write(`\r\u001b[2K${text}`)
    : undefined,
})
