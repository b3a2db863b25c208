import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { runKeyturn } from './run-keyturn.ts'

/** What is typed, and what must be offered for it among other things. */
const TYPED = [
  ['keyturn ke', ['key', 'key-policy', 'keystore']],
  ['keyturn key ro', ['rotate', 'rotation-limits', 'rotation-status', 'rotation-events']],
  ['keyturn key create --key-s', ['--key-spec']],
  ['keyturn key create --key-spec AES', ['AES_256']],
  ['keyturn key create --prof', ['--profile']],
  ['keyturn key list --output y', ['yaml']],
  ['keyturn serve --lis', ['--listen']],
  ['keyturn user create --pass', ['--password-file']],
  ['keyturn configure --end', ['--endpoint']],
  ['keyturn configure li', ['list']],
] as const

const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

describe('completion', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-completion-'))
    writeFileSync(join(folder, 'a file'), '')
    writeFileSync(join(folder, 'another'), '')
  })
  after(() => rmSync(folder, { recursive: true }))

  /** What the shell prints that runs `script` after the completion script. */
  async function inShell(shell: string, script: string): Promise<string> {
    const { out } = await runKeyturn(['completion', shell])
    const path = join(folder, `completion.${shell}`)
    writeFileSync(path, out)
    const args = shell === 'zsh' ? ['-f', '-c', script] : ['-c', script]
    const { status, stdout, stderr } = spawnSync(shell, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, SCRIPT: path },
    })
    assert.equal(status, 0, stderr)
    assert.equal(stderr, '')
    return stdout
  }

  test('in bash', { skip: isThere('bash') ? false : 'left out: bash is missing' }, async () => {
    const complete = (line: string) =>
      `COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _keyturn; printf '%s\\n' "\${COMPREPLY[@]}" --`
    const lines = [...TYPED.map(([line]) => line), 'keyturn data encrypt x --plain-text-file a']
    const out = await inShell('bash', `. "$SCRIPT"; ${lines.map(complete).join('\n')}`)
    const offers = out.split('--\n').map((text) => text.trim().split('\n'))
    for (const [at, [line, wanted]] of TYPED.entries()) assert.deepEqual(offers[at], wanted, line)
    assert.deepEqual(offers.at(-2)?.sort(), ['a file', 'another'])
  })

  test('in fish', { skip: isThere('fish') ? false : 'left out: fish is missing' }, async () => {
    const complete = (line: string) => `complete -C '${line}'; echo ==`
    const script = `source $SCRIPT; ${TYPED.map(([line]) => complete(line)).join('; ')}`
    const offers = (await inShell('fish', script)).split('==\n').filter((text) => text !== '')
    for (const [at, [line, wanted]] of TYPED.entries()) {
      const words = (offers[at] ?? '')
        .trim()
        .split('\n')
        .map((text) => text.split('\t')[0])
      assert.deepEqual(words.sort(), [...wanted].sort(), line)
    }
  })

  test('in zsh', { skip: isThere('zsh') ? false : 'left out: zsh is missing' }, async () => {
    // Outside of its line editor zsh completes nothing: what the script hands it is looked at.
    const stubs = [
      `_describe() { print -l -- \${\${(P)2}%%:*} }`,
      `compadd() { print -l -- \${@:2} }`,
      '_files() { print FILES }',
      '_message() { print MESSAGE }',
      'compdef() { :; }',
    ].join('\n')
    const complete = (line: string) => `words=(${line}); CURRENT=$#words; _keyturn; print -- --`
    const lines = [...TYPED.map(([line]) => line), 'keyturn data encrypt x --plain-text-file a']
    const script = `${stubs}\n. "$SCRIPT"\n${lines.map(complete).join('\n')}`
    const offers = (await inShell('zsh', script)).split('\n--\n')
    for (const [at, [line, wanted]] of TYPED.entries()) {
      const words = (offers[at] ?? '').split('\n')
      for (const word of wanted) assert.ok(words.includes(word), `${line}: ${words.join(' ')}`)
    }
    assert.equal(offers[TYPED.length], 'FILES')
  })

  test('of another shell is refused', async () => {
    for (const args of [[], ['tcsh'], ['bash', 'zsh']]) {
      assert.equal((await runKeyturn(['completion', ...args])).code, 2)
    }
  })
})
