// Kills a server under load with SIGKILL and checks what is left: npm run crash [-- --kills N]
import { parseArgs } from 'node:util'
import { type CampaignFigures, crashCampaign } from './campaign.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    clients: { type: 'string', default: '8' },
  },
})

const figures = await crashCampaign({
  kills: Number(values.kills),
  clients: Number(values.clients),
  onKill: (sofar) => {
    if (sofar.kills % 10 === 0) console.log(line(sofar))
  },
})
console.log(`Nothing lost. ${line(figures)}`)

function line(f: CampaignFigures): string {
  return (
    `${f.kills} kills: ${f.keys} keys, ${f.rotations} rotations, ${f.texts} texts and ` +
    `${f.auditRecords} audit records checked; slowest start ${f.slowestStartMs.toFixed(0)} ms`
  )
}
