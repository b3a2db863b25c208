import { join } from 'node:path'
import { type Credentials, type Json, passwordAuth, signIn } from '../../server.ts'
import { type CallRequest, openLine } from '../call-line.ts'
import { credentialsOf } from '../ground.ts'
import { startNode } from '../node-process.ts'
import { openFaultyLink } from './faulty-link.ts'
import type { LinkCertificates } from './link-certificates.ts'
import { expectedOfAsked, type Stage, type Upstream } from './stage.ts'

const TIMEOUT_MS = 1000

/** Tokens are asked for at another Keyturn, which answers as a Keystone does. */
export const identityUpstream: Upstream = {
  about: 'an identity service that says whose tokens are',
  missing: () => undefined,
  set: setIdentity,
}

async function setIdentity(folder: string, tls: LinkCertificates): Promise<Stage> {
  const flags = ['--log-level', 'error', '--workers', '1']
  const identity = await startNode({ name: 'identity', directory: join(folder, 'who'), flags })
  const credentials = await credentialsOf([identity])
  const newToken = tokens(identity.url, credentials)
  const targetPort = Number(new URL(identity.url).port)
  const link = await openFaultyLink({ targetPort, delayMs: 3 * TIMEOUT_MS, tls })
  const node = await startNode({
    name: 'node',
    directory: join(folder, 'node'),
    flags: [
      ...flags,
      ...['--identity', 'keystone', '--identity-url', `https://127.0.0.1:${link.port}`],
      ...['--identity-timeout-ms', `${TIMEOUT_MS}`],
    ],
    environment: { NODE_EXTRA_CA_CERTS: tls.caFile },
  })
  const path = `/v1.0/${credentials.project_id}/kms`
  const line = openLine(node.url)
  const made = await line.call({
    path: `${path}/create-key`,
    token: await newToken(),
    body: { key_alias: 'asked' },
  })
  line.close()
  const keyId: string = made.body.key_info.key_id
  const encrypt = async (): Promise<CallRequest> => ({
    path: `${path}/encrypt-data`,
    token: await newToken(),
    body: { key_id: keyId, plain_text: 'x' },
  })
  return {
    node,
    way: link,
    /** A token that the node knows: its answer is believed for longer than a fault lasts. */
    async honest() {
      const request = await encrypt()
      const known = openLine(node.url)
      await known.call(request)
      known.close()
      return request
    },
    needy: async (asking) => asking.call(await encrypt()),
    expected: expectedOfAsked,
    limitMs: TIMEOUT_MS,
    backMs: 3 * TIMEOUT_MS,
    whole: async () => [],
    async close() {
      await link.close()
      await identity.kill9()
    },
  }
}

/** New tokens of the administrator, each made of the first one. */
function tokens(url: string, credentials: Credentials): () => Promise<string> {
  const first = signIn(url, passwordAuth(credentials))
  return async () => {
    const auth: Json = {
      identity: { methods: ['token'], token: { id: await first } },
      scope: { project: { id: credentials.project_id } },
    }
    return signIn(url, auth)
  }
}
