import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aKey, MADE_AT } from '../../test/a-key.ts'
import { Fault, fault } from './fault.ts'
import { nextVersion, parseKeyId, type VersionNumber } from './ids.ts'
import { KEY_SPEC_NAMES, specOf } from './key-specs.ts'
import { newKey } from './new-key.ts'
import { addDays, days, type EpochMs, earliest } from './time.ts'

describe('ids, time, faults, key specs', () => {
  test('key ids', () => {
    assert.ok(parseKeyId('0d0466b0-e727-4d9c-b35d-f84bb474a37f'))
    assert.ok(parseKeyId('zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz'))
    for (const text of [
      '',
      '0D0466B0-e727-4d9c-b35d-f84bb474a37f',
      '0d0466b0e7274d9cb35df84bb474a37f',
      `0d0466b0-e727-4d9c-b35d-f84bb474a37f\n`,
    ]) {
      assert.equal(parseKeyId(text), undefined)
    }
    assert.equal(nextVersion(1 as VersionNumber), 2)
  })

  test('time', () => {
    assert.equal(addDays(0 as EpochMs, days(2)), 172_800_000)
    assert.equal(earliest(), undefined)
    assert.equal(earliest(undefined, 3 as EpochMs, 2 as EpochMs, undefined), 2)
    assert.equal(earliest(2 as EpochMs, 3 as EpochMs), 2)
  })

  test('a fault has its facts and, without a cause, no stack', () => {
    const plain = fault('key-not-found', { keyId: 'x' })
    assert.ok(plain instanceof Fault)
    assert.deepEqual({ ...plain.facts }, { keyId: 'x' })
    assert.equal(plain.stack?.includes('\n    at '), false)
    const cause = new Error('why')
    const caused = fault('internal', {}, cause)
    assert.equal(caused.cause, cause)
    assert.equal(caused.stack?.includes('\n    at '), true)
    assert.deepEqual({ ...fault('alias-taken').facts }, {})
  })

  test('every key spec has a usage that is among its usages', () => {
    for (const name of KEY_SPEC_NAMES) {
      const spec = specOf(name)
      assert.ok(spec.usages.includes(spec.defaultUsage), name)
      if (spec.material.kind === 'bytes') assert.ok(spec.material.bytes >= 16, name)
    }
  })
})

describe('a new key', () => {
  const { id, projectId, tenantId, alias, description, spec, enterpriseProjectId, keystoreId } =
    aKey()
  const wanted = {
    id,
    projectId,
    tenantId,
    alias,
    description,
    spec,
    enterpriseProjectId,
    keystoreId,
  }

  test('is enabled with its first version, or waits for import without one', () => {
    const made = newKey({ ...wanted, origin: 'kms', usage: undefined }, MADE_AT)
    assert.equal(made.state.kind, 'enabled')
    assert.equal(made.primaryVersion, 1)
    assert.equal(made.usage, 'ENCRYPT_DECRYPT')
    const imported = newKey({ ...wanted, origin: 'external', usage: 'ENCRYPT_DECRYPT' }, MADE_AT)
    assert.equal(imported.state.kind, 'pendingImport')
    assert.equal(imported.primaryVersion, undefined)
  })

  test('has no usage that its spec lacks, and no alias of a default key', () => {
    const kindOf = (changes: object) => {
      try {
        newKey({ ...wanted, origin: 'kms', usage: undefined, ...changes }, MADE_AT)
        return 'none'
      } catch (error) {
        return error instanceof Fault ? error.kind : 'defect'
      }
    }
    assert.equal(kindOf({ usage: 'SIGN_VERIFY' }), 'field-invalid')
    assert.equal(kindOf({ alias: 'evs/default' }), 'alias-invalid')
    assert.equal(kindOf({ alias: 'default' }), 'none')
  })
})
