import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hasCommand, makeSoftHsm, noSoftHsm, writeTokensFile } from '../../soft-hsm.ts'
import { openLine } from '../call-line.ts'
import { adminToken, credentialsOf } from '../ground.ts'
import { startNode } from '../node-process.ts'
import { makeFaultyToken } from './faulty-token.ts'
import { expectedOfAsked, type Stage, type Upstream } from './stage.ts'

const TIMEOUT_MS = 1500
const CLUSTER = 'hsm'
/** One call runs at a time: who waits for a turn has waited as long as an answer may take. */
const LIMIT_MS = 2 * TIMEOUT_MS

/** Keys in a PKCS #11 token. */
export const tokenUpstream: Upstream = {
  about: 'a key store on a PKCS #11 token',
  missing: () => noSoftHsm || (hasCommand('gcc') ? undefined : 'gcc is missing'),
  set: setToken,
}

async function setToken(folder: string): Promise<Stage> {
  const hsm = makeSoftHsm()
  const faulty = makeFaultyToken(hsm, 2 * TIMEOUT_MS)
  const tokensFile = writeTokensFile({ ...hsm, module: faulty.module }, CLUSTER, TIMEOUT_MS)
  const directory = join(folder, 'node')
  mkdirSync(directory)
  const node = await startNode({
    name: 'node',
    directory,
    flags: ['--log-level', 'error', '--workers', '1', '--tokens', tokensFile],
    environment: hsm.environment,
  })
  const credentials = await credentialsOf([node])
  const token = await adminToken(node, credentials)
  const project = `/v1.0/${credentials.project_id}`
  const line = openLine(node.url)
  const store = await line.call({
    path: `${project}/keystores`,
    token,
    body: { keystore_alias: 'own', keystore_type: 'DHSM', hsm_cluster_id: CLUSTER },
  })
  const keystore_id: string = store.body.keystore.keystore_id
  const make = async (more: Readonly<Record<string, unknown>>): Promise<string> => {
    const body = { key_alias: crypto.randomUUID(), ...more }
    const made = await line.call({ path: `${project}/kms/create-key`, token, body })
    if (made.status !== 200) throw new Error(`no key: ${made.status} ${made.code}`)
    return made.body.key_info.key_id
  }
  const inside = await make({ keystore_id })
  const outside = await make({})
  const encrypt = (key_id: string) => ({
    path: `${project}/kms/encrypt-data`,
    token,
    body: { key_id, plain_text: 'x' },
  })
  const cipherTexts: string[] = []
  return {
    node,
    way: faulty,
    honest: async () => encrypt(outside),
    async needy(asking) {
      const answer = await asking.call(encrypt(inside))
      if (answer.status === 200) cipherTexts.push(answer.body.cipher_text)
      return answer
    },
    expected: (fault) => {
      const { seen } = expectedOfAsked(fault)
      // Whoever has no turn within the time is told so.
      return { seen, before: ['504 APIGW.0203'], withinMs: 0 }
    },
    limitMs: LIMIT_MS,
    backMs: 3 * LIMIT_MS,
    async whole() {
      const shut: string[] = []
      for (const cipher_text of cipherTexts.splice(0)) {
        const path = `${project}/kms/decrypt-data`
        const { status, body } = await line.call({ path, token, body: { cipher_text } })
        if (body?.plain_text !== 'x') shut.push(`a text of the token does not open: ${status}`)
      }
      return shut
    },
    async close() {
      line.close()
      hsm.remove()
    },
  }
}
