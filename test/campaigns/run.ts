// Campaigns that try to break what is promised: npm run campaign -- NAME [FLAGS]
import { parseArgs } from 'node:util'
import { CAMPAIGNS } from './campaign-list.ts'

const [name = '', ...args] = process.argv.slice(2)
if (name === '') {
  console.log(help())
  process.exit(0)
}
const campaign = Object.hasOwn(CAMPAIGNS, name) ? CAMPAIGNS[name] : undefined
if (campaign === undefined) {
  console.error(`There is no campaign ${name}.\n\n${help()}`)
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
  return `npm run campaign -- NAME [FLAGS]\n\n${parts.join('\n')}`
}
