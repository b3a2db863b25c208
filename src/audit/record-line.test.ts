import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EpochMs } from '../core/time.ts'
import type { AuditRecord } from '../ports/audit-log.ts'
import { recordLine } from './format.ts'
import { asSeenBy, isAskedFor, parseRecordLine, projectPart } from './record-line.ts'

const ACTOR = { userId: 'u', userName: 'müller', tenantId: 'd', credential: 'AK123' }
const RECORD: AuditRecord = {
  at: 1_800_000_000_000 as EpochMs,
  requestId: 'r',
  operation: 'ReEncrypt',
  actor: ACTOR,
  projectId: 'asker',
  keyId: 'target',
  keyVersion: 3,
  keyProjectId: 'owner',
  opened: { keyId: 'origin', version: 2, projectId: 'other' },
  status: 200,
  code: undefined,
  source: '10.0.0.1',
}

const stored = (record = RECORD) => {
  const line = recordLine(7, record)
  return { line, found: parseRecordLine(line, 'chain') ?? assert.fail() }
}

describe('a record line, and who sees what of it', () => {
  test('says again what it was made from', () => {
    const { found } = stored()
    assert.deepEqual(found, { ...RECORD, chain: 'chain', number: 7 })
    const { keyProjectId: _owner, opened: _opened, ...plain } = RECORD
    assert.deepEqual(stored(plain).found, { ...plain, chain: 'chain', number: 7 })
    assert.doesNotMatch(stored(plain).line, /owner|opened/i)
  })

  test('who asked sees all of it', () => {
    const { found } = stored()
    assert.equal(asSeenBy({ projectId: 'asker', tenantId: 'T' }, found), found)
  })

  test('the owner of a key sees who did what with it, and no more', () => {
    const { found, line } = stored()
    assert.ok(line.includes(projectPart('owner')) && line.includes(projectPart('other')))
    const seen = asSeenBy({ projectId: 'owner', tenantId: 'T' }, found) ?? assert.fail()
    assert.deepEqual(
      [seen.keyId, seen.keyVersion, seen.actor?.userId, seen.projectId],
      ['target', 3, 'u', 'asker'],
    )
    for (const hidden of ['müller', 'AK123', '10.0.0.1', 'origin', 'other']) {
      assert.ok(!JSON.stringify(seen).includes(hidden), hidden)
    }
    const other = asSeenBy({ projectId: 'other', tenantId: 'T' }, found) ?? assert.fail()
    assert.deepEqual([other.keyId, other.opened?.keyId], [undefined, 'origin'])
    assert.ok(!JSON.stringify(other).includes('target'))
    assert.equal(asSeenBy({ projectId: 'stranger', tenantId: 'T' }, found), undefined)
  })

  test('nobody finds by what it may not see', () => {
    const { found } = stored()
    const finds = (projectId: string, query: object) => {
      const seen = asSeenBy({ projectId, tenantId: 'T' }, found)
      return seen !== undefined && isAskedFor(seen, { projectId, ...query, tenantId: 'T' })
    }
    assert.ok(finds('owner', { keyId: 'target', user: 'u' }))
    assert.ok(finds('other', { keyId: 'origin' }))
    assert.ok(finds('asker', { keyId: 'origin', user: 'müller' }))
    assert.ok(!finds('owner', { keyId: 'origin' }))
    assert.ok(!finds('other', { keyId: 'target' }))
    assert.ok(!finds('owner', { user: 'müller' }))
  })
})
