#!/usr/bin/env node
// Plain JavaScript for any Node.js: it says which one is needed before that one's own language comes.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const NEEDED = 26
// A clone of the repository runs its sources as they are; the package has them compiled.
const isClone = existsSync(new URL('../src/cli/main.ts', import.meta.url))

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  const { KEYTURN_LANGUAGE, LC_ALL, LC_MESSAGES, LANG } = process.env
  // As src/cli/language.ts has it, which an older Node.js cannot read.
  const isChinese = /^zh(?![a-z])/i.test(KEYTURN_LANGUAGE || LC_ALL || LC_MESSAGES || LANG || '')
  const ways = `nvm install ${NEEDED}, fnm install ${NEEDED}, mise use node@${NEEDED}`
  console.error(
    isChinese
      ? `Keyturn 需要 Node.js ${NEEDED} 或更高版本；当前为 ${process.version}，${process.execPath}。\n` +
          (isClone
            ? '在仓库的克隆中，npm start 会自带所需的版本。'
            : `请安装 Node.js ${NEEDED}（https://nodejs.org/zh-cn/download，或使用版本管理工具：\n${ways}），然后重试。`)
      : `Keyturn needs Node.js ${NEEDED} or newer; this is ${process.version}, ${process.execPath}.\n` +
          (isClone
            ? 'In a clone of its repository, npm start brings the right one along.'
            : `Install Node.js ${NEEDED} (https://nodejs.org/en/download, or your version manager:\n${ways}), and try again.`),
  )
  process.exit(1)
}

// npm and npx hand SIGTERM to the shell that runs their program, and the shell keeps it to itself. So
// under them the end of the parent is the signal to stop.
if (['start', 'npx'].includes(process.env.npm_lifecycle_event)) {
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
await import(isClone ? '../src/cli/main.ts' : '../lib/cli/main.js')
module.flushCompileCache()
