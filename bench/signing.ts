// Signs and verifies with every algorithm, and in the same run with bare node:crypto:
// npm run bench -- signing [--milliseconds N]
import {
  sign as bareSign,
  verify as bareVerify,
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto'
import { parseArgs, promisify } from 'node:util'
import { type SigningAlgorithm, signingRowOf } from '../src/core/algorithms.ts'
import { KEY_SPEC_NAMES, type KeySpec, specOf } from '../src/core/key-specs.ts'
import type { SignedMessage } from '../src/crypto/asymmetric-key.ts'
import { generateMaterial, loadPrivateKey } from '../src/crypto/suite.ts'

const { values } = parseArgs({
  options: { milliseconds: { type: 'string', default: '250' } },
  allowPositionals: true,
  strict: false,
})
const durationMs = Number(values['milliseconds'])
const message = Buffer.alloc(1024, 0x61)
const signInPool = promisify(bareSign)
const verifyInPool = promisify(bareVerify)

interface Cost {
  /** Microseconds from order to answer, one at a time. */
  readonly us: number
  /** CPU time of all threads. */
  readonly cpuUs: number
}

interface Bare {
  /** What stands for it where node:crypto cannot do the same. */
  readonly name: string
  readonly sign: () => Promise<Buffer>
  readonly verify: (signature: Buffer) => Promise<boolean>
}

console.log(`${process.version}, ${message.length} bytes, ${durationMs} ms each, one at a time`)
console.log('ratio: CPU time to that of the bare operation of node:crypto in the same run\n')
console.log(
  '| key, algorithm, message | sign µs | CPU µs | ratio | verify µs | CPU µs | ratio | bare |',
)
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |')
for (const spec of KEY_SPEC_NAMES) {
  for (const algorithm of specOf(spec).signing) await compare(spec, algorithm)
}

async function compare(spec: KeySpec, algorithm: SigningAlgorithm): Promise<void> {
  const material = await generateMaterial(spec)
  const privateKey =
    spec === 'SM2'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : material.lend((der) =>
          createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }),
        )
  const key = loadPrivateKey(spec, material)
  const bare = bareOf(algorithm, privateKey)
  const bareSignature = await bare.sign()
  const bareSigning = await measure(bare.sign)
  const bareVerifying = await measure(() => bare.verify(bareSignature))
  for (const signed of messagesOf(algorithm)) {
    const signature = await key.sign(algorithm, signed)
    const signing = await measure(() => key.sign(algorithm, signed))
    const verifying = await measure(() => key.verify(algorithm, signed, signature))
    const cells = [
      `${spec} ${algorithm} ${signed.kind}`,
      signing.us.toFixed(0),
      signing.cpuUs.toFixed(0),
      (signing.cpuUs / bareSigning.cpuUs).toFixed(2),
      verifying.us.toFixed(0),
      verifying.cpuUs.toFixed(0),
      (verifying.cpuUs / bareVerifying.cpuUs).toFixed(2),
      signed.kind === 'digest' && bare.name === 'the same' ? 'of the message' : bare.name,
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

function messagesOf(algorithm: SigningAlgorithm): readonly SignedMessage[] {
  const { hash: name } = signingRowOf(algorithm)
  const raw: SignedMessage = { kind: 'raw', bytes: message }
  if (name === undefined) return [raw]
  return [raw, { kind: 'digest', bytes: hash(name, message, 'buffer') }]
}

function bareOf(algorithm: SigningAlgorithm, privateKey: KeyObject): Bare {
  const { scheme, hash: name } = signingRowOf(algorithm)
  const publicKey = createPublicKey(privateKey as never) // the types know no KeyObject here
  const padding =
    scheme === 'rsa-pss'
      ? {
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        }
      : {}
  const hashed = scheme === 'sm2' ? 'sha256' : scheme === 'ed25519ph' ? null : (name ?? null)
  const standIns: Partial<Record<typeof scheme, string>> = {
    sm2: 'ECDSA on P-256',
    ed25519ph: 'Ed25519',
  }
  return {
    name: standIns[scheme] ?? 'the same',
    sign: () => signInPool(hashed, message, { key: privateKey, ...padding }),
    verify: (signature) => verifyInPool(hashed, message, { key: publicKey, ...padding }, signature),
  }
}

async function measure(work: () => Promise<unknown>): Promise<Cost> {
  for (let i = 0; i < 3; i++) await work()
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  let count = 0
  while (performance.now() - startMs < durationMs) {
    await work()
    count++
  }
  const us = ((performance.now() - startMs) * 1000) / count
  const { user, system } = process.cpuUsage(cpu)
  return { us, cpuUs: (user + system) / count }
}
