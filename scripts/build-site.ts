// Builds the documentation site from docs/ into dist/site. Its generator is a package of its own, so
// that who runs or tests the server does not install it. A link that leads nowhere fails the build.
// npm run docs:site [-- serve]
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

process.chdir(new URL('..', import.meta.url).pathname)
const lock = readFileSync('docs/package-lock.json', 'utf8')
const mark = 'docs/node_modules/.keyturn-installed'
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
  run('npm', 'ci', '--prefix', 'docs', '--ignore-scripts', '--no-audit', '--no-fund')
  writeFileSync(mark, lock)
}
const command = process.argv[2] === 'serve' ? 'dev' : 'build'
run('docs/node_modules/.bin/vitepress', command, 'docs')

function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}
