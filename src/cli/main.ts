#!/usr/bin/env node
import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Types are stripped and code is compiled once, not at each start. Where the folder cannot be
// written, as in an installed package, which has no types to strip, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/keyturn', import.meta.url)))

const { run } = await import('./run.ts')

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
  isTerminal: process.stdout.isTTY === true,
})
flushCompileCache()
