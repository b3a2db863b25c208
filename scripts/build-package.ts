// Makes what `npm pack` takes beside the files of the repository: lib/, the sources compiled with the
// types of the client, and dist/console. The manifest stays as it is: docs/adr/0037-package.md.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'

process.chdir(new URL('..', import.meta.url).pathname)
rmSync('lib', { recursive: true, force: true })
// What they print goes to stderr: stdout is npm's, which may be asked for JSON.
run('tsc', '-p', 'tsconfig.package.json')
run('npm', 'run', '-s', 'build:console')
const { files } = JSON.parse(readFileSync('package.json', 'utf8'))
for (const file of ['lib/cli/main.js', ...files.filter((name: string) => !/[*!]/.test(name))]) {
  if (!existsSync(file)) fail(`${file} is not there: the package would lack it`)
}

function run(command: string, ...args: readonly string[]): void {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) fail(`${command} ${args.join(' ')} failed`)
}

function fail(why: string): never {
  console.error(why)
  process.exit(1)
}
