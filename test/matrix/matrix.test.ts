// Every operation, called by everybody: who gets which status. The expectations are a table that is
// read by people; KEYTURN_RECORD=1 writes what came, to be read before it is kept.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { OPERATIONS, type OperationId } from '../../src/contract/operations/index.ts'
import { GRANT_OPERATIONS } from '../../src/core/grant.ts'
import type { TestServer } from '../server.ts'
import { makeSoftHsm, noSoftHsm, writeTokensFile } from '../soft-hsm.ts'
import { startTwoRegions, type TwoRegions } from '../two-regions.ts'
import { pathOf } from '../wire/raw-bridge.ts'
import { type Cast, makeCast, PRINCIPALS, type Principal } from './principals.ts'
import { type Prepared, REQUESTS } from './requests.ts'

const TABLE = join(import.meta.dirname, 'expected.tsv')
const isRecording = process.env['KEYTURN_RECORD'] !== undefined

type Cells = Readonly<Record<Principal, string>>

function readTable(): ReadonlyMap<string, Cells> {
  if (!existsSync(TABLE)) return new Map()
  const [, ...lines] = readFileSync(TABLE, 'utf8').trim().split('\n')
  return new Map(
    lines.map((line) => {
      const [id = '', ...cells] = line.split('\t')
      const entries = PRINCIPALS.map((principal, at) => [principal, cells[at] ?? ''] as const)
      return [id, Object.fromEntries(entries) as Cells]
    }),
  )
}

describe('who may do what', () => {
  let regions: TwoRegions
  let server: TestServer
  let cast: Cast
  const token = noSoftHsm === false ? makeSoftHsm() : undefined
  const table = readTable()
  const seen = new Map<string, Cells>()
  const ids = Object.keys(REQUESTS) as OperationId[]

  before(async () => {
    if (token !== undefined) Object.assign(process.env, token.environment)
    const flags = token && ['--tokens', writeTokensFile(token, 'hsm-of-matrix')]
    regions = await startTwoRegions(flags ?? [])
    server = regions.east
    cast = await makeCast(server)
  })
  after(async () => {
    await regions.stop()
    token?.remove()
    if (!isRecording) return
    const lines = [...seen].map(([id, cells]) => [id, ...PRINCIPALS.map((name) => cells[name])])
    const text = [['operation', ...PRINCIPALS], ...lines].map((line) => line.join('\t')).join('\n')
    writeFileSync(TABLE, `${text}\n`)
  })

  /** Status and code; the owner comes last, for its call may use up what was prepared. */
  async function callAll(id: OperationId): Promise<Cells> {
    const prepared = await REQUESTS[id]?.(server, regions.west)
    assert.ok(prepared)
    if (prepared.keyId !== undefined) await grantAll(prepared.keyId)
    const cells: Partial<Record<Principal, string>> = {}
    for (const principal of [...PRINCIPALS].reverse()) {
      cells[principal] = await call(id, prepared, cast.tokens[principal])
    }
    return cells as Cells
  }

  async function grantAll(keyId: string): Promise<void> {
    // Refused where the key waits for its material or its deletion: then nobody can have a grant.
    await server.kms('create-grant', {
      key_id: keyId,
      grantee_principal: cast.granteeId,
      operations: GRANT_OPERATIONS,
    })
  }

  async function call(id: OperationId, prepared: Prepared, as: string | null): Promise<string> {
    const row = OPERATIONS[id]
    const path = pathOf(row, server.credentials.project_id, { operation: id, ...prepared })
    const takesBody = Object.keys(row.request).length > 0
    const reply = await server.send(row.method, path, {
      token: as,
      ...(takesBody ? { body: JSON.stringify(prepared.body ?? {}) } : {}),
    })
    const code = reply.status < 400 ? '' : ` ${reply.body.error.error_code}`
    return `${reply.status}${code}`
  }

  for (const id of ids) {
    const needsToken = /KeyStore$/.test(id) && token === undefined
    test(id, { skip: needsToken ? String(noSoftHsm) : false }, async () => {
      const cells = await callAll(id)
      seen.set(id, cells)
      if (!isRecording) assert.deepEqual(cells, table.get(id))
    })
  }

  test('every operation of the vendor, and every look and setting of ours, stands in the table', () => {
    const wanted = Object.values(OPERATIONS)
      .filter(
        ({ api, method, path }) =>
          api === 'kms' ||
          (api === 'keyturn' && ['GET', 'PUT'].includes(method) && path.includes('{project_id}')),
      )
      .map(({ id }) => id)
    assert.deepEqual([...ids].sort(), wanted.sort())
  })
})
