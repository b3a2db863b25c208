import { openLine } from '../call-line.ts'
import { adminToken, credentialsOf, makeGround, noPostgres } from '../ground.ts'
import { openFaultyLink } from './faulty-link.ts'
import type { LinkCertificates } from './link-certificates.ts'
import type { Stage, Upstream } from './stage.ts'

/** A statement may take 10 s, and its answer one more; there may have been one before it. */
const LIMIT_MS = 12_000
/** As long as nothing of what was under way can still be waited for. */
const BACK_MS = 5000

/** The database of the store, over TLS. */
export const storeUpstream: Upstream = {
  about: 'PostgreSQL, over TLS that is verified',
  missing: noPostgres,
  set: setStore,
}

async function setStore(_: string, tls: LinkCertificates): Promise<Stage> {
  const ground = await makeGround()
  const link = await openFaultyLink({
    targetPort: ground.postgres.port,
    delayMs: LIMIT_MS,
    tls,
    beginsAsPostgres: true,
  })
  const store = new URL(ground.store)
  store.port = `${link.port}`
  store.searchParams.set('sslmode', 'verify-full')
  const node = await ground.startNode({
    name: 'node',
    // What comes later weighs more: the store of the ground is reached over the link.
    flags: ['--workers', '1', '--store', store.href, '--store-ca', tls.caFile],
  })
  const credentials = await credentialsOf([node])
  const token = await adminToken(node, credentials)
  const path = `/v1.0/${credentials.project_id}/kms`
  const keys: string[] = []
  return {
    node,
    way: link,
    honest: async () => ({ path: '/healthz', token: '', method: 'GET' }),
    async needy(line) {
      const answer = await line.call({
        path: `${path}/create-key`,
        token,
        body: { key_alias: `u-${crypto.randomUUID()}` },
      })
      if (answer.status === 200) keys.push(answer.body.key_info.key_id)
      return answer
    },
    expected: () => ({ seen: ['500 KMS.0102'], before: [], withinMs: 0 }),
    limitMs: LIMIT_MS,
    backMs: BACK_MS,
    async whole() {
      const line = openLine(node.url)
      const lost: string[] = []
      for (const keyId of keys.splice(0)) {
        const { status } = await line.call({
          path: `${path}/describe-key`,
          token,
          body: { key_id: keyId },
        })
        if (status !== 200) lost.push(`a key that was acknowledged is gone: ${status}`)
      }
      line.close()
      return lost
    },
    async close() {
      await link.close()
      await ground.close()
    },
  }
}
