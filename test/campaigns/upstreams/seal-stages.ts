import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCommand, makeSoftHsm, noSoftHsm } from '../../soft-hsm.ts'
import { openLine } from '../call-line.ts'
import { adminToken, credentialsOf } from '../ground.ts'
import { runKeyturn, startNode } from '../node-process.ts'
import { openFaultyLink } from './faulty-link.ts'
import { makeFaultyToken } from './faulty-token.ts'
import type { LinkCertificates } from './link-certificates.ts'
import type { SealStage, SealUpstream } from './seal-start.ts'

/** How long a server waits for the service of its seal. */
const SERVICE_MS = 10_000
const TOKEN_MS = 1500
/** What is waited before two more tries, and a start of the server itself. */
const PAUSES_MS = 15_000

/** The root key is sealed by another Keyturn. */
export const kmsSealUpstream: SealUpstream = {
  about: 'a seal whose key another service keeps, when a server starts',
  missing: () => undefined,
  setSeal: setKmsSeal,
}

/** The root key is sealed by a key in a PKCS #11 token. */
export const tokenSealUpstream: SealUpstream = {
  about: 'a seal whose key a PKCS #11 token keeps, when a server starts',
  missing: () => noSoftHsm || (hasCommand('gcc') ? undefined : 'gcc is missing'),
  setSeal: setTokenSeal,
}

async function setKmsSeal(folder: string, tls: LinkCertificates): Promise<SealStage> {
  const flags = ['--log-level', 'error', '--workers', '1']
  const peer = await startNode({ name: 'peer', directory: join(folder, 'peer'), flags })
  const credentials = await credentialsOf([peer])
  const line = openLine(peer.url)
  const made = await line.call({
    path: `/v1.0/${credentials.project_id}/kms/create-key`,
    token: await adminToken(peer, credentials),
    body: { key_alias: 'seal' },
  })
  line.close()
  const keyId: string = made.body.key_info.key_id
  const targetPort = Number(new URL(peer.url).port)
  const link = await openFaultyLink({ targetPort, delayMs: 2 * SERVICE_MS, tls })
  const { access_key, secret_key, project_id } = credentials
  const file = join(folder, 'credentials.json')
  writeFileSync(file, JSON.stringify({ access_key, secret_key, project_id }), { mode: 0o600 })
  const service = ['--seal-kms-url', `https://127.0.0.1:${link.port}`]
  const seal = [...service, '--seal-kms-credentials', file, '--seal-kms-ca', tls.caFile]
  const data = join(folder, 'sealed')
  await create(data, 'kms', ['--seal-kms-key', keyId, ...seal])
  const late = /did not answer within/
  return {
    way: link,
    data,
    flags: seal,
    why: {
      down: /ECONNREFUSED/,
      slow: late,
      garbage: /cannot be reached|does not help/,
      'half-open': late,
      certificate: /CERT|certificate|SIGNATURE/,
      reset: /ECONNRESET|hang up|aborted/,
    },
    sealedMs: SERVICE_MS,
    backMs: SERVICE_MS + PAUSES_MS,
    secret: secret_key,
    async close() {
      await link.close()
      await peer.kill9()
    },
  }
}

async function setTokenSeal(folder: string): Promise<SealStage> {
  const hsm = makeSoftHsm()
  // As an operator sets it for the server, from which the process of the token has it.
  Object.assign(process.env, hsm.environment)
  const faulty = makeFaultyToken(hsm, 2 * TOKEN_MS)
  writeFileSync(join(hsm.folder, 'pin'), hsm.pin, { mode: 0o600 })
  const file = join(hsm.folder, 'seal-token.toml')
  writeFileSync(
    file,
    `[[token]]
module = "${faulty.module}"
token-label = "${hsm.tokenLabel}"
pin-file = "pin"
timeout-ms = ${TOKEN_MS}
`,
  )
  const data = join(folder, 'sealed')
  const seal = ['--seal-token', file]
  await create(data, 'pkcs11', ['--seal-token-key', 'seal', ...seal])
  const late = /did not answer within/
  return {
    way: faulty,
    data,
    flags: seal,
    why: {
      down: /CKR_DEVICE_REMOVED/,
      slow: late,
      garbage: /does not help/,
      'half-open': late,
      certificate: /no token has that label/,
      reset: /SIGABRT/,
    },
    // The process of the token has as long to start.
    sealedMs: 2 * TOKEN_MS,
    backMs: 2 * TOKEN_MS + PAUSES_MS,
    secret: hsm.pin,
    async close() {
      hsm.remove()
    },
  }
}

async function create(data: string, kind: string, flags: readonly string[]): Promise<void> {
  const words = ['seal', 'create', '--seal', kind, '--data', data, ...flags]
  const { exitCode, printed } = await runKeyturn(words)
  if (exitCode !== 0) throw new Error(`no seal was made: ${printed}`)
}
