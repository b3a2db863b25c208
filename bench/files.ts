// encrypt-file and decrypt-file of a large file beside openssl, and the memory they take:
// npm run bench -- files [--mib 4096 --rounds 3 --folder DIR]
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { call, signIn, startServerOn } from './keyturn.ts'
import { median } from './median.ts'

const LEAST_RATIO = 0.7
const MOST_MIB = 150
const LOOK_EVERY_MS = 20

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '4096' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
  },
  allowPositionals: true,
  strict: false,
})
const mib = Number(values['mib'])
const rounds = Number(values['rounds'])
const folder = await mkdtemp(join(String(values['folder']), 'keyturn-bench-'))
const [plain, cipher, opened, other] = ['plain', 'cipher', 'opened', 'other'].map((name) =>
  join(folder, name),
) as [string, string, string, string]

/** Zeros that take no disk: reading them costs every program the same. */
async function makePlain(): Promise<void> {
  const file = await open(plain, 'wx', 0o600)
  await file.truncate(mib * 1024 * 1024)
  await file.close()
}

/** Most memory that a process has had in RAM, in MiB. Source: proc(5), VmHWM. */
async function peakMib(child: ChildProcess): Promise<number> {
  let peak = 0
  while (child.exitCode === null && child.signalCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return peak
}

async function run(program: string, args: readonly string[]) {
  const startedAtMs = performance.now()
  const child = spawn(program, args, { cwd: folder, stdio: 'inherit' })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const [code, peak] = await Promise.all([ended, peakMib(child)])
  if (code !== 0) throw new Error(`${program} ended with ${code}`)
  return { seconds: (performance.now() - startedAtMs) / 1000, peakMib: peak }
}

/** Brings a file to the disk, as keyturn does itself; answers how long that took. */
async function syncSeconds(path: string): Promise<number> {
  const startedAtMs = performance.now()
  const file = await open(path, 'r+')
  await file.sync()
  await file.close()
  return (performance.now() - startedAtMs) / 1000
}

try {
  await makePlain()
  const server = await startServerOn(join(folder, 'keyturn-data'), ['--log-level', 'warn'])
  const token = await signIn(server)
  const made = await call(server, token, 'create-key', { key_alias: 'files' })
  const key = (made['key_info'] as { readonly key_id: string }).key_id
  const program = new URL('../bin/keyturn.mjs', import.meta.url).pathname
  const endpoint = ['--endpoint', `http://127.0.0.1:${server.port}`]
  const keyturn = (...args: readonly string[]) =>
    run(process.execPath, [program, ...args, ...endpoint])
  const secret = ['-K', randomBytes(32).toString('hex'), '-iv', randomBytes(16).toString('hex')]

  console.log(`${process.version}, ${mib} MiB, ${rounds} rounds; MiB/s`)
  console.log(
    '| round | openssl ctr | and fsync | encrypt-file | ratio | to fsync | decrypt-file | peak MiB |',
  )
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  const ratios: number[] = []
  const peaks: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const openssl = await run('openssl', [
      'enc',
      '-aes-256-ctr',
      ...secret,
      '-in',
      plain,
      '-out',
      other,
    ])
    const opensslSynced = openssl.seconds + (await syncSeconds(other))
    await rm(other)
    const encrypting = await keyturn('encrypt-file', '--key', key, plain, cipher)
    const decrypting = await keyturn('decrypt-file', cipher, opened)
    if ((await stat(opened)).size !== mib * 1024 * 1024) throw new Error('another length')
    await rm(cipher)
    await rm(opened)
    const ratio = openssl.seconds / encrypting.seconds
    const peak = Math.max(encrypting.peakMib, decrypting.peakMib)
    ratios.push(ratio)
    peaks.push(peak)
    const rate = (seconds: number) => (mib / seconds).toFixed(0)
    const figures = [
      round,
      rate(openssl.seconds),
      rate(opensslSynced),
      rate(encrypting.seconds),
      ratio.toFixed(2),
      (opensslSynced / encrypting.seconds).toFixed(2),
      rate(decrypting.seconds),
      peak.toFixed(0),
    ]
    console.log(`| ${figures.join(' | ')} |`)
  }
  await server.stop()
  const [ratio, peak] = [median(ratios), Math.max(...peaks)]
  console.log(
    `\nmedian ratio ${ratio.toFixed(2)} (aim: at least ${LEAST_RATIO}), ` +
      `peak ${peak.toFixed(0)} MiB (aim: below ${MOST_MIB})`,
  )
  if (ratio < LEAST_RATIO || peak >= MOST_MIB) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true })
}
