import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'

const ROOT = new URL('../..', import.meta.url).pathname

/** A block of a page: what is typed, or what is then printed. */
interface Block {
  readonly kind: 'sh' | 'text'
  readonly text: string
}

function blocksOf(file: string): readonly Block[] {
  const page = readFileSync(join(ROOT, file), 'utf8')
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind, text = '']) => {
    if (kind !== 'sh' && kind !== 'text') throw new Error(`${file} has a block of kind ${kind}`)
    return { kind, text }
  })
}

/** The repository as somebody has it who cloned it, with its packages in place. */
function cloneLike(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-quick-start-'))
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const files = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
  for (const file of files.split('\0')) {
    if (file !== '' && existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(folder, file))
  }
  // Else the install of the copy would empty the packages of this tree, through the link.
  assert.equal(
    readFileSync(join(ROOT, 'node_modules/.keyturn-installed'), 'utf8'),
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
    'the packages installed are not those of package-lock.json: run npm test, or npm ci',
  )
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/**
 * Checks that the lines of a page are printed, in this order. `…` stands for anything; the port is
 * whatever was free.
 */
function assertPrinted(out: string, expected: string, page: string): void {
  let from = 0
  for (const line of expected.trimEnd().split('\n')) {
    if (line === '…') continue
    const source = line
      .replace(':7480', ':…')
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^\\n]*')
    const match = new RegExp(`^ *${source} *$`, 'm').exec(out.slice(from))
    assert.ok(match, `${page} says that this is printed: ${line}\nwhat was printed:\n${out}`)
    from += match.index + match[0].length
  }
}

/** Tells a terminal to empty the line that it is in. */
const EMPTY_LINE = '\r\u001b[2K'

/** Runs a script in a terminal, as a person does, and answers what it showed. */
async function inTerminal(script: string, folder: string): Promise<string> {
  const environment = { ...plainEnvironment(), NO_COLOR: '1', COLUMNS: '200', TERM: 'xterm' }
  writeFileSync(join(folder, 'quick-start.sh'), script)
  // `script` gives it a terminal. A command that fails ends the page.
  const child = spawn('script', ['-qefc', 'bash -e quick-start.sh', '/dev/null'], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.on('close', (code) => {
      // How far a command is stands in a line that it empties again, if it takes long enough to say so.
      const kept = out
        .split('\n')
        .map((line) => line.split(EMPTY_LINE).at(-1))
        .join('\n')
      const text = stripVTControlCharacters(kept).replaceAll('\r', '')
      if (code === 0) resolve(text)
      else reject(new Error(`it ended with ${code}:\n${text}`))
    })
  })
}

/** The environment of a person who is in no npm script and has no settings of Keyturn. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config)|KEYTURN_|NODE_|OS_|HW_|HUAWEICLOUD_)/i.test(name),
  )
  return { ...Object.fromEntries(kept), XDG_CONFIG_HOME: '/nonexistent' }
}

for (const page of ['docs/guide/quick-start.md', 'docs/guide/quick-start.zh.md']) {
  test(`${page} works as it is written`, async (t) => {
    const folder = cloneLike()
    const [start, started, ...rest] = blocksOf(page)
    assert.equal(start?.kind, 'sh')
    assert.equal(started?.kind, 'text')
    const server = spawn('bash', ['-c', start.text], {
      cwd: folder,
      env: { ...plainEnvironment(), KEYTURN_LISTEN: '127.0.0.1:0' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    t.after(async () => {
      await stop(server)
      rmSync(folder, { recursive: true })
    })
    let out = ''
    for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
      out += chunk
      if (/Ctrl-C stops it/.test(out)) break
    }
    server.stdout.resume()
    assertPrinted(out, started.text, page)

    // All of the second terminal is one shell; a line before each block says where its output begins.
    const typed = rest.map(({ kind, text }, at) =>
      kind === 'sh' ? `echo "block ${at}"\n${text}` : '',
    )
    const shown = await inTerminal(typed.join('\n'), folder)
    let count = 0
    for (const [at, { kind, text }] of rest.entries()) {
      if (kind !== 'text') continue
      const printed = shown.split(`block ${at - 1}\n`)[1]?.split(/^block \d+$/m)[0] ?? ''
      assertPrinted(printed, text, page)
      count++
    }
    assert.ok(count >= 3)
  })
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return
  const closed = new Promise((resolve) => server.once('close', resolve))
  process.kill(-server.pid, 'SIGTERM')
  await closed
}
