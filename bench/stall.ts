// How long the rotation status takes while 4 clients sign with RSA_4096 without pause:
// npm run bench -- stall [--rounds N --seconds S]
import { parseArgs } from 'node:util'
import { call, requestBytes, signIn, startServer } from './keyturn.ts'
import { load, percentile } from './load.ts'

const SIGNERS = 4
/** Sent at this pace, so that what is measured is waiting and not the load itself. */
const READERS = 1

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
  },
  allowPositionals: true,
  strict: false,
})
const rounds = Number(values['rounds'])
const durationMs = Number(values['seconds']) * 1000

const server = await startServer('--log-level', 'warn', '--workers', '1')
const token = await signIn(server)
const project = server.credentials['project_id']
const path = (name: string) => `/v1.0/${project}/kms/${name}`
const headers = [`X-Auth-Token: ${token}`]
const newKey = async (fields: Readonly<Record<string, unknown>>): Promise<string> => {
  const { key_info: info } = await call(server, token, 'create-key', fields)
  return (info as { readonly key_id: string }).key_id
}
const signingKey = await newKey({ key_alias: 'signs', key_spec: 'RSA_4096' })
const readKey = await newKey({ key_alias: 'is-read' })
const status = requestBytes(server.port, path('get-key-rotation-status'), headers, {
  key_id: readKey,
})
const algorithm = 'RSASSA_PSS_SHA_256'
const signings = [
  { message: Buffer.alloc(1024).toString('base64'), message_type: 'RAW' },
  { message: Buffer.alloc(32).toString('base64'), message_type: 'DIGEST' },
].map((fields) =>
  requestBytes(server.port, path('sign'), headers, {
    key_id: signingKey,
    signing_algorithm: algorithm,
    ...fields,
  }),
)

const readStatus = () =>
  load({ port: server.port, connections: READERS, durationMs, nextRequest: () => status })

console.log(
  `${process.version}, ${rounds} rounds of ${durationMs} ms, ${SIGNERS} clients sign with RSA_4096`,
)
console.log(
  '| round | message | signatures/s | quiet p50, p99 ms | loaded p50, p99 ms | p99 ratio |',
)
console.log('| --- | --- | ---: | ---: | ---: | ---: |')
const ratios: number[] = []
await readStatus()
for (let round = 1; round <= rounds; round++) {
  for (const [index, nextSigning] of signings.entries()) {
    const quiet = await readStatus()
    const signing = load({
      port: server.port,
      connections: SIGNERS,
      durationMs,
      nextRequest: () => nextSigning,
    })
    const loaded = await readStatus()
    const signed = await signing
    const before = percentile(quiet.latenciesMs, 0.99)
    const after = percentile(loaded.latenciesMs, 0.99)
    ratios.push(after / before)
    const cells = [
      String(round),
      index === 0 ? 'RAW' : 'DIGEST',
      (signed.requests / signed.seconds).toFixed(0),
      `${percentile(quiet.latenciesMs, 0.5).toFixed(2)}, ${before.toFixed(2)}`,
      `${percentile(loaded.latenciesMs, 0.5).toFixed(2)}, ${after.toFixed(2)}`,
      (after / before).toFixed(2),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
ratios.sort((a, b) => a - b)
console.log(
  `\nmedian ratio of p99: ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)} (aim: below 5)`,
)
await server.stop()
