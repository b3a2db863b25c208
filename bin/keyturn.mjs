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

// Types are stripped and code is compiled once, not at each start. Where the folder cannot be
// written nothing is kept.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/keyturn', import.meta.url)))
await import('../src/cli/main.ts')
module.flushCompileCache()
