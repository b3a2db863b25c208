// One exchange of each operation as it is on the wire, compared with what was recorded; the whole
// walk of the clients besides, without a client. KEYTURN_RECORD=1 records anew.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { OPERATIONS } from '../../src/contract/operations/index.ts'
import { walkCrypto } from '../clients/walk/crypto.ts'
import { walkKeys } from '../clients/walk/keys.ts'
import { walkSharing } from '../clients/walk/sharing.ts'
import { Walker } from '../clients/walk/walker.ts'
import { makeSoftHsm, noSoftHsm, writeTokensFile } from '../soft-hsm.ts'
import { startTwoRegions, type TwoRegions } from '../two-regions.ts'
import { normalise } from './normalise.ts'
import { type Exchange, rawBridge } from './raw-bridge.ts'

const FOLDER = join(import.meta.dirname, 'exchanges')
const CLUSTER = 'hsm-of-wire'
const SUFFIX = 'w1r3w1r3'

/** Operations that are recorded: the vendor's. */
const RECORDED = Object.values(OPERATIONS)
  .filter(({ api }) => api === 'kms')
  .map(({ id }) => id)
/** Recorded only where there is a token. */
const NEEDS_TOKEN = [
  'CreateKeyStore',
  'ShowKeyStore',
  'EnableKeyStore',
  'DisableKeyStore',
  'DeleteKeyStore',
]

describe('the wire', () => {
  let regions: TwoRegions
  let walker: Walker
  const exchanges = new Map<string, Exchange>()
  const token = noSoftHsm === false ? makeSoftHsm() : undefined

  before(async () => {
    if (token !== undefined) Object.assign(process.env, token.environment)
    const flags = ['--clock', 'virtual:2026-01-01T00:00:00Z']
    regions = await startTwoRegions(
      token === undefined ? flags : [...flags, '--tokens', writeTokensFile(token, CLUSTER)],
    )
    const { east, west } = regions
    const { project_id: projectId, domain_id: tenantId, user_id: userId } = east.credentials
    const words = {
      [SUFFIX]: 'x',
      [projectId]: '<project>',
      [tenantId]: '<domain>',
      [userId]: '<user>',
      [east.credentials.user_name]: '<user name>',
      [west.credentials.project_id]: '<project of west>',
      [west.credentials.domain_id]: '<domain of west>',
      [east.url]: '<url>',
    }
    const bridge = rawBridge(east, (exchange) => {
      const isFirst = !exchanges.has(exchange.operation)
      if (isFirst && exchange.reply.status < 400) {
        exchanges.set(exchange.operation, normalise(exchange, words))
      }
    })
    walker = new Walker(bridge, {
      projectId,
      tenantId,
      userId,
      region: 'east',
      peer: { region: 'west', projectId: west.credentials.project_id },
      clusterId: token === undefined ? undefined : CLUSTER,
      now: () => east.running.clock.now(),
      name: (what) => `${what}-${SUFFIX}`,
    })
    walker.agreementKey = () =>
      east.createKey({
        key_alias: `agreeing-${SUFFIX}`,
        key_spec: 'EC_P256',
        key_usage: 'KEY_AGREEMENT',
      })
  })
  after(async () => {
    await regions.stop()
    token?.remove()
  })

  test('the walk of the clients, over plain HTTP', async () => {
    await walkKeys(walker)
    await walkCrypto(walker)
    await walkSharing(walker)
    assert.deepEqual(walker.failures, [])
  })

  for (const id of RECORDED) {
    const skip = token === undefined && NEEDS_TOKEN.includes(id) ? String(noSoftHsm) : false
    test(`${id} is as it was recorded`, { skip }, () => {
      const exchange = exchanges.get(id)
      assert.ok(exchange, 'the walk has not called it')
      const file = join(FOLDER, `${id}.json`)
      const text = `${JSON.stringify(exchange, undefined, 2)}\n`
      if (process.env['KEYTURN_RECORD'] !== undefined || !existsSync(file))
        writeFileSync(file, text)
      assert.deepEqual(exchange, JSON.parse(readFileSync(file, 'utf8')))
    })
  }

  test('nothing is recorded that is no operation', () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''))
    assert.deepEqual(names.sort(), [...RECORDED].sort())
  })
})
