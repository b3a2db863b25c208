// Installs the packages that are missing, so that two commands are enough on a fresh clone.
// Plain JavaScript for any Node.js: it runs before the one that the project brings along.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
const mark = join(root, 'node_modules', '.keyturn-installed')

if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
  console.error('Installing packages …')
  const npm = process.env['npm_execpath']
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-fund',
    '--no-audit',
  ]
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: true })
  if (status !== 0) process.exit(status ?? 1)
  linkNode()
  // Loads the server's code once, so that already the first start finds it compiled.
  const node = join(
    root,
    'node_modules',
    '.bin',
    process.platform === 'win32' ? 'node.cmd' : 'node',
  )
  spawnSync(node, [join(root, 'bin/keyturn.mjs'), 'serve', '--help'], {
    cwd: root,
    shell: process.platform === 'win32',
  })
  writeFileSync(mark, lock)
} else linkNode()

// npm 10, which Node.js 20 and 22 come with, links no program of a package that only a workspace names.
function linkNode() {
  const link = join(root, 'node_modules', '.bin', 'node')
  if (process.platform === 'win32' || existsSync(link)) return
  const runtime = JSON.parse(readFileSync(join(root, 'runtime', 'package.json'), 'utf8'))
  const name = Object.keys(runtime.optionalDependencies).find((each) =>
    existsSync(join(root, 'node_modules', each, 'bin', 'node')),
  )
  if (name !== undefined) symlinkSync(join('..', name, 'bin', 'node'), link)
}
