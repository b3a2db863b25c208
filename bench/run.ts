// npm run bench [-- PART [FLAGS]]: all parts, or one of them by its name.
import { spawnSync } from 'node:child_process'

const PARTS = [
  'requests',
  'latency',
  'signing',
  'stall',
  'workers',
  'scale',
  'engines',
  'due',
  'console',
  'files',
] as const
const [asked, ...flags] = process.argv.slice(2)
const isPart = PARTS.some((part) => part === asked)
const parts = isPart ? [asked] : PARTS
const rest = isPart ? flags : process.argv.slice(2)

for (const part of parts) {
  const file = new URL(`./${part}.ts`, import.meta.url).pathname
  const { status } = spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  console.log('')
}
