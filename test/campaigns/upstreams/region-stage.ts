import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Credentials } from '../../server.ts'
import { type Answer, type CallLine, openLine } from '../call-line.ts'
import { adminToken, credentialsOf } from '../ground.ts'
import { type NodeProcess, startNode } from '../node-process.ts'
import { openFaultyLink } from './faulty-link.ts'
import type { LinkCertificates } from './link-certificates.ts'
import { expectedOfAsked, type Stage, type Upstream } from './stage.ts'

const TIMEOUT_MS = 1000
/** How long a replica may take to follow, once the other region is there. */
const FOLLOW_MS = 30_000

/** Keys are replicated into another region. */
export const regionUpstream: Upstream = {
  about: 'another region, which keys are replicated to',
  missing: () => undefined,
  set: setRegions,
}

async function setRegions(folder: string, tls: LinkCertificates): Promise<Stage> {
  const flags = ['--log-level', 'error', '--workers', '1']
  const eastFolder = join(folder, 'east')
  const peersFile = (name: string) => join(folder, `${name}.toml`)
  await writeFile(join(folder, 'shared'), randomBytes(48).toString('base64'), { mode: 0o600 })
  // A region takes parcels from those alone that it knows: east's endpoint and key are not used.
  await writeFile(join(folder, 'east.sk'), 'not-used', { mode: 0o600 })
  await writeFile(
    peersFile('of-west'),
    peerEntry('east', 'https://127.0.0.1:1', 'not-used', 'east.sk'),
  )
  const west = await startNode({
    name: 'west',
    directory: join(folder, 'west'),
    flags: [...flags, '--region', 'west', '--peers', peersFile('of-west')],
  })
  const there = await credentialsOf([west])
  const link = await openFaultyLink({
    targetPort: Number(new URL(west.url).port),
    delayMs: 3 * TIMEOUT_MS,
    tls,
  })
  await writeFile(join(folder, 'west.sk'), there.secret_key, { mode: 0o600 })
  const endpoint = `https://127.0.0.1:${link.port}`
  await writeFile(peersFile('of-east'), peerEntry('west', endpoint, there.access_key, 'west.sk'))
  const node = await startNode({
    name: 'east',
    directory: eastFolder,
    flags: [...flags, '--region', 'east', '--peers', peersFile('of-east')],
    environment: { NODE_EXTRA_CA_CERTS: tls.caFile },
  })
  const world = await makeWorld(node, west, there)
  return {
    node,
    way: link,
    honest: world.honest,
    needy: world.replicate,
    expected: expectedOfAsked,
    limitMs: TIMEOUT_MS,
    backMs: 5 * TIMEOUT_MS,
    whole: world.lagging,
    async close() {
      world.close()
      await link.close()
      await west.kill9()
    },
  }
}

function peerEntry(region: string, endpoint: string, accessKey: string, secretFile: string) {
  return `[[peer]]
region = "${region}"
endpoint = "${endpoint}"
access-key = "${accessKey}"
secret-key-file = "${secretFile}"
shared-secret-file = "shared"
timeout-ms = ${TIMEOUT_MS}
`
}

async function makeWorld(east: NodeProcess, west: NodeProcess, there: Credentials) {
  const here = await credentialsOf([east])
  const token = await adminToken(east, here)
  const westToken = await adminToken(west, there)
  const lines = { east: openLine(east.url), west: openLine(west.url) }
  const path = (name: string) => `/v1.0/${here.project_id}/kms/${name}`
  const call = (line: CallLine, name: string, body: unknown) =>
    line.call({ path: path(name), token, body })
  const made = async (line: CallLine): Promise<string> => {
    const answer = await call(line, 'create-key', { key_alias: `r-${crypto.randomUUID()}` })
    if (answer.status !== 200) throw new Error(`no key: ${answer.status} ${answer.code}`)
    return answer.body.key_info.key_id
  }
  /** Keys whose replica was asked for and not made: the same is asked again. */
  const waiting: string[] = []
  const replicas = new Map<string, string>()
  let rotations = 0
  const [followed] = [await made(lines.east)]

  async function replicateKey(line: CallLine, keyId: string): Promise<Answer> {
    const answer = await line.call({
      path: `/v2/${here.project_id}/kms/keys/${keyId}/replicate`,
      token,
      body: {
        key_id: keyId,
        replica_region: 'west',
        key_alias: `of-${keyId}`,
        replica_project_id: there.project_id,
      },
    })
    if (answer.status === 200) replicas.set(keyId, answer.body.key_id)
    else waiting.push(keyId)
    return answer
  }
  await replicateKey(lines.east, followed ?? '')

  return {
    async honest() {
      // Rotated while the other region is well, and while it is not: the replica hears of both.
      await call(lines.east, 'rotate-on-demand', { key_id: followed })
      rotations++
      return {
        path: path('encrypt-data'),
        token,
        body: { key_id: followed, plain_text: 'x' },
      }
    },
    async replicate(line: CallLine) {
      return replicateKey(line, waiting.shift() ?? (await made(line)))
    },
    /** Replicas that are missing, and whether the one that follows has heard of all rotations. */
    async lagging(): Promise<readonly string[]> {
      await call(lines.east, 'rotate-on-demand', { key_id: followed })
      rotations++
      for (const keyId of waiting.splice(0)) {
        const { status, code } = await replicateKey(lines.east, keyId)
        if (status !== 200) return [`a replica that was asked for again: ${status} ${code}`]
      }
      const endMs = performance.now() + FOLLOW_MS
      for (;;) {
        const { body } = await lines.west.call({
          path: `/v1.0/${there.project_id}/kms/get-key-rotation-status`,
          token: westToken,
          body: { key_id: replicas.get(followed ?? '') },
        })
        if (body?.number_of_rotations === rotations) return []
        if (performance.now() > endMs) {
          return [`the replica knows ${body?.number_of_rotations} of ${rotations} rotations`]
        }
        await sleep(100)
      }
    },
    close() {
      for (const line of Object.values(lines)) line.close()
    },
  }
}
