// Latency of encrypt-data at a share of the highest rate, which is measured right before:
// npm run bench -- latency [--rounds N --seconds S --connections N --share 0.8]
import { parseArgs } from 'node:util'
import { call, signIn, startServer, tokenRequest } from './keyturn.ts'
import { load, percentile } from './load.ts'
import { openLoad } from './open-load.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    share: { type: 'string', default: '0.8' },
  },
})
const rounds = Number(values.rounds)
const durationMs = Number(values.seconds) * 1000
const connections = Number(values.connections)
const share = Number(values.share)

const server = await startServer('--log-level', 'warn', '--workers', '1')
const token = await signIn(server)
const created = await call(server, token, 'create-key', { key_alias: 'bench' })
const { key_id: keyId } = created['key_info'] as { readonly key_id: string }
const body = { key_id: keyId, plain_text: 'x'.repeat(32) }
const request = tokenRequest(server, token, 'encrypt-data', body)
const options = { port: server.port, connections, durationMs, nextRequest: () => request }

await load(options) // warms the server up

console.log(`${process.version}, ${connections} connections, ${rounds} rounds of ${durationMs} ms`)
console.log(`encrypt-data 32 B with a token at ${share} of the highest rate, in ms from when due\n`)
console.log('| round | highest req/s | req/s | p50 | p99 | p99.9 | sent late p99 | generator CPU |')
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
const p99s: number[] = []
for (let round = 1; round <= rounds; round++) {
  const closed = await load(options)
  const highest = closed.requests / closed.seconds
  const open = await openLoad({ ...options, perSecond: highest * share })
  const p99 = percentile(open.latenciesMs, 0.99)
  p99s.push(p99)
  const cells = [
    String(round),
    highest.toFixed(0),
    (open.requests / open.seconds).toFixed(0),
    percentile(open.latenciesMs, 0.5).toFixed(2),
    p99.toFixed(2),
    percentile(open.latenciesMs, 0.999).toFixed(2),
    percentile(open.latenessMs, 0.99).toFixed(2),
    `${(open.generatorShare * 100).toFixed(0)} %`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
p99s.sort((a, b) => a - b)
console.log(`\nmedian of p99: ${p99s[Math.floor(p99s.length / 2)]?.toFixed(2)} ms (aim: below 5)`)
await server.stop()
