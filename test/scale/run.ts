// Campaigns that prove what is promised of many nodes: npm run scale -- NAME [FLAGS]
import { parseArgs } from 'node:util'
import { due } from './campaigns/due.ts'
import type { Campaign } from './campaigns/outcome.ts'
import { restarts } from './campaigns/restarts.ts'
import { revocation } from './campaigns/revocation.ts'
import { start } from './campaigns/start.ts'

const CAMPAIGNS: Readonly<Record<string, Campaign>> = { revocation, restarts, due, start }

const [name = '', ...args] = process.argv.slice(2)
const campaign = Object.hasOwn(CAMPAIGNS, name) ? CAMPAIGNS[name] : undefined
if (campaign === undefined) {
  console.error(help())
  process.exit(2)
}
const missing = campaign.missing()
if (missing !== undefined) {
  console.error(`${name} cannot run here: ${missing}.`)
  process.exit(2)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const options = Object.fromEntries(
  Object.entries(campaign.flags).map(
    ([flag, { default: value }]) => [flag, { type: 'string', default: value }] as const,
  ),
)
const { values } = parseArgs({ args, options })
const flags = Object.fromEntries(Object.entries(values).map(([flag, value]) => [flag, `${value}`]))
const { lines, broken } = await campaign.run(flags, (line) => console.error(`  … ${line}`))
console.log(
  `${name} ${Object.entries(flags)
    .map(([flag, value]) => `--${flag} ${value}`)
    .join(' ')}`,
)
for (const line of lines) console.log(line)
for (const line of broken.slice(0, 50)) console.log(`BROKEN: ${line}`)
console.log(broken.length === 0 ? 'kept.' : `BROKEN: ${broken.length} times.`)
process.exit(broken.length === 0 ? 0 : 1)

function help(): string {
  const parts = Object.entries(CAMPAIGNS).map(([each, { about, flags }]) => {
    const lines = Object.entries(flags).map(
      ([flag, row]) => `      --${flag} ${row.help} [${row.default}]`,
    )
    return [`  ${each}: ${about}`, ...lines].join('\n')
  })
  return `npm run scale -- NAME [FLAGS]\n\n${parts.join('\n')}`
}
