#!/usr/bin/env node
// Plain JavaScript for any Node.js: it says which one is needed before that one's own language comes.
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED = 26

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  console.error(
    `Keyturn needs Node.js ${NEEDED} or newer; this is ${process.version}.\n` +
      'In a clone of its repository, npm start brings the right one along.',
  )
  process.exit(1)
}

// npm hands SIGTERM to the shell that runs its script, and the shell keeps it to itself. So under npm
// the end of the parent is the signal to stop.
if (process.env.npm_lifecycle_event === 'start') {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    // Not SIGTERM: whoever stopped all processes has sent that already, and a second ends us at once.
    process.kill(process.pid, 'SIGHUP')
  }, 200).unref()
}

// Types are stripped and code is compiled once, not at each start. Where the folder cannot be
// written nothing is kept.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/keyturn', import.meta.url)))
await import('../src/cli/main.ts')
module.flushCompileCache()
