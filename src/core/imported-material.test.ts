import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aKey, MADE_AT } from '../../test/a-key.ts'
import { Fault, type FaultKind } from './fault.ts'
import type { VersionNumber } from './ids.ts'
import { deleteMaterial, expireMaterial, planImport, requireExternal } from './imported-material.ts'
import type { Key } from './key.ts'
import { newDefaultKey, newKey } from './new-key.ts'
import { addDays, days } from './time.ts'

const V1 = 1 as VersionNumber
const V2 = 2 as VersionNumber
const external = (changes: Partial<Key> = {}): Key => aKey({ origin: 'external', ...changes })
const refuses = (kind: FaultKind, work: () => unknown) =>
  assert.throws(work, (error) => error instanceof Fault && error.kind === kind)

describe('imported material', () => {
  test('fills what is missed, waits where nothing is, and is refused otherwise', () => {
    const until = addDays(MADE_AT, days(1))
    const fresh = external({ state: { kind: 'pendingImport' }, primaryVersion: undefined })
    const first = planImport(fresh, undefined, until)
    assert.ok(first.kind === 'fill')
    assert.deepEqual([first.version, first.key.state.kind], [V1, 'enabled'])
    assert.equal(first.key.materialExpiresAt, until)

    const lost = external({ state: { kind: 'pendingImport' }, primaryVersion: V2 })
    const old = planImport(lost, { version: V1, isGone: true }, undefined)
    assert.ok(old.kind === 'fill')
    assert.deepEqual([old.version, old.key.state.kind], [V1, 'pendingImport'])
    const primary = planImport(lost, { version: V2, isGone: true }, undefined)
    assert.ok(primary.kind === 'fill' && primary.key.state.kind === 'enabled')
    refuses('material-differs', () => planImport(lost, undefined, undefined))

    assert.equal(planImport(external(), undefined, undefined).kind, 'wait')
    refuses('key-not-pending-import', () =>
      planImport(external(), { version: V1, isGone: false }, undefined),
    )
    refuses('key-not-pending-import', () =>
      planImport(external({ state: { kind: 'disabled' } }), undefined, undefined),
    )
    refuses('key-not-pending-import', () =>
      planImport(external({ spec: 'RSA_2048', usage: 'SIGN_VERIFY' }), undefined, undefined),
    )
  })

  test('only keys of that origin take it, and none that waits for its deletion', () => {
    const deleteAt = addDays(MADE_AT, days(7))
    refuses('origin-not-external', () => requireExternal(aKey()))
    refuses('key-pending-deletion', () =>
      requireExternal(
        external({ state: { kind: 'pendingDeletion', deleteAt, cancelledTo: 'disabled' } }),
      ),
    )
    refuses('default-key', () => requireExternal(external({ isDefault: true })))
  })

  test('deleted, the key waits for it again', () => {
    assert.equal(deleteMaterial(external()).state.kind, 'pendingImport')
    assert.equal(
      deleteMaterial(external({ state: { kind: 'disabled' } })).state.kind,
      'pendingImport',
    )
    refuses('origin-not-external', () => deleteMaterial(aKey()))
    refuses('material-not-deletable', () =>
      deleteMaterial(external({ state: { kind: 'pendingImport' } })),
    )
    refuses('asymmetric-material-not-deletable', () =>
      deleteMaterial(external({ spec: 'EC_P256', usage: 'SIGN_VERIFY' })),
    )
  })

  test('expired, so does the key, unless it was an older version', () => {
    assert.equal(expireMaterial(external(), V1).state.kind, 'pendingImport')
    assert.equal(expireMaterial(external({ primaryVersion: V2 }), V1).state.kind, 'enabled')
    const deleteAt = addDays(MADE_AT, days(7))
    const state = { kind: 'pendingDeletion', deleteAt, cancelledTo: 'disabled' } as const
    assert.deepEqual(expireMaterial(external({ state }), V1).state, {
      kind: 'pendingDeletion',
      deleteAt,
      cancelledTo: 'pendingImport',
    })
  })

  test('a default key is the service’s, and bears its name', () => {
    const { alias: _, isDefault, ...wanted } = aKey()
    assert.equal(isDefault, false)
    const key = newDefaultKey(wanted, 'evs', MADE_AT)
    assert.deepEqual([key.alias, key.isDefault], ['evs/default', true])
    refuses('field-invalid', () =>
      newKey(
        { ...wanted, alias: 'a', usage: undefined, spec: 'ED25519', origin: 'external' },
        MADE_AT,
      ),
    )
  })
})
