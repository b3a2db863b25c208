import assert from 'node:assert/strict'
import { test } from 'node:test'
import { helpOf } from './command-help.ts'
import { COMMANDS } from './command-list.ts'
import { type CompletedFlag, completedCommands } from './completion-tables.ts'

const ENGLISH = await completedCommands(COMMANDS, 'en')
const CHINESE = await completedCommands(COMMANDS, 'zh')

function flagsOf(words: string, commands = ENGLISH): Readonly<Record<string, CompletedFlag>> {
  const flags = commands.find((command) => command.words === words)?.flags ?? []
  return Object.fromEntries(flags.map((flag) => [flag.flag, flag]))
}

test('every flag in a help is completed, in either language', async () => {
  const missing: string[] = []
  for (const entry of COMMANDS) {
    const lines = (await helpOf(entry, 'en')).matchAll(/^ {2}--.*$/gm)
    const names = [...lines].flatMap(([line]) => line.match(/--[a-z][\w-]+/g) ?? [])
    for (const commands of [ENGLISH, CHINESE]) {
      const flags = flagsOf(entry.words, commands)
      missing.push(...names.filter((name) => !flags[name]).map((name) => `${entry.words} ${name}`))
    }
  }
  assert.deepEqual(missing, [])
})

test('every command completes the flag for its help, in its language', () => {
  for (const { words } of COMMANDS) {
    assert.equal(flagsOf(words)['--help']?.help, 'print what it takes')
    assert.match(flagsOf(words, CHINESE)['--help']?.help ?? '', /\p{Script=Han}/u)
  }
})

test('of two flags on a line each takes what stands behind it', () => {
  const flags = flagsOf('configure')
  assert.equal(flags['--user']?.values, undefined)
  assert.equal(flags['--password-file']?.values, 'file')
  assert.equal(flags['--no-check']?.values, 'nothing')
})

test('what may stand behind a flag is taken from its help', () => {
  assert.deepEqual(flagsOf('rehearse')['--by']?.values, ['month', 'quarter', 'year'])
  assert.deepEqual(flagsOf('serve')['--console']?.values, ['on', 'off'])
  assert.equal(flagsOf('serve')['--workers']?.values, undefined, 'a number, or auto')
  assert.equal(flagsOf('serve')['--data']?.values, 'file')
})

test('a meaning on several lines is told whole', () => {
  assert.match(flagsOf('health')['--url']?.help ?? '', /\/readyz of the server that .* machine$/)
  const chinese = flagsOf('serve', CHINESE)
  assert.match(
    chinese['--store']?.help ?? '',
    /（或 disable、require、verify-ca），使用 unix .*SQLite$/,
  )
  assert.match(
    chinese['--webhook-events']?.help ?? '',
    /key\.rotated、.*deletion_upcoming 中选取 \[all\]$/,
  )
})
