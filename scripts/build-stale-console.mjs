// Builds the console if it is missing or older than its sources. Plain JavaScript for any Node.js: it
// starts the one that the project brings along. A build that fails is told and stops nobody: the server
// serves its API all the same, and says at /console what to do.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isStale, ROOT } from './console-mark.mjs'

const hasTools = existsSync(join(ROOT, 'node_modules', 'vite'))
if (hasTools && isStale()) {
  console.error('Building the console …')
  const isWindows = process.platform === 'win32'
  const node = join(ROOT, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node')
  const { status } = spawnSync(node, [join(ROOT, 'scripts', 'build-console.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  })
  if (status !== 0) console.error('The console was not built: npm run build:console tells why.')
}
