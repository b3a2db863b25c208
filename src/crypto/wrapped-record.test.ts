import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessKeyId, KeyId, ProjectId, UserId, VersionNumber } from '../core/ids.ts'
import { RootKeyRing, rootKeyFrom } from './root-key.ts'
import { SecretBytes } from './secret-bytes.ts'
import {
  type RecordBinding,
  rootKeyIdOf,
  unwrapRecord,
  whyClosed,
  wrapRecord,
} from './wrapped-record.ts'

const root = rootKeyFrom(SecretBytes.random(32))
const place = {
  kind: 'keyMaterial',
  projectId: 'p1' as ProjectId,
  keyId: '0d0466b0-e727-4d9c-b35d-f84bb474a37f' as KeyId,
  version: 1 as VersionNumber,
  spec: 'AES_256',
  origin: 'kms',
} as const satisfies RecordBinding
const secret = SecretBytes.random(32)
const hexOf = (bytes: SecretBytes | undefined) => bytes?.lend((b) => Buffer.from(b).toString('hex'))

test('a record opens where it belongs', () => {
  const record = wrapRecord(root, place, secret)
  assert.equal(hexOf(unwrapRecord(root, place, record)), hexOf(secret))
  assert.equal(rootKeyIdOf(record), root.id)
  assert.notDeepEqual(wrapRecord(root, place, secret), record)
})

test('a record that was moved does not open', () => {
  const record = wrapRecord(root, place, secret)
  const elsewhere: readonly RecordBinding[] = [
    { ...place, projectId: 'p2' as ProjectId },
    { ...place, keyId: '1d0466b0-e727-4d9c-b35d-f84bb474a37f' as KeyId },
    { ...place, version: 2 as VersionNumber },
    { ...place, spec: 'SM4' },
    { ...place, origin: 'external' },
    { kind: 'accessKeySecret', accessKeyId: 'p1' as AccessKeyId, userId: 'u' as UserId },
  ]
  for (const binding of elsewhere) assert.equal(unwrapRecord(root, binding, record), undefined)
})

test('parts that run into each other are told apart', () => {
  const a = {
    kind: 'accessKeySecret',
    accessKeyId: 'ab' as AccessKeyId,
    userId: 'c' as UserId,
  } as const
  const b = {
    kind: 'accessKeySecret',
    accessKeyId: 'a' as AccessKeyId,
    userId: 'bc' as UserId,
  } as const
  assert.equal(unwrapRecord(root, b, wrapRecord(root, a, secret)), undefined)
})

test('another root key, any flipped bit and any cut are refused', () => {
  const record = wrapRecord(root, place, secret)
  const other = rootKeyFrom(SecretBytes.random(32))
  assert.equal(unwrapRecord(other, place, record), undefined)
  for (let bit = 0; bit < record.length * 8; bit++) {
    const changed = Uint8Array.from(record)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(unwrapRecord(root, place, changed), undefined, `bit ${bit}`)
  }
  for (let length = 0; length < record.length; length++) {
    assert.equal(unwrapRecord(root, place, record.subarray(0, length)), undefined)
  }
  assert.equal(rootKeyIdOf(new Uint8Array(3)), undefined)
})

test('a record under a root key beside the current one opens, and new ones are under the current one', () => {
  const former = rootKeyFrom(SecretBytes.random(32))
  const ring = new RootKeyRing(former)
  const record = wrapRecord(ring, place, secret)
  ring.take(root, [former])
  assert.equal(hexOf(unwrapRecord(ring, place, record)), hexOf(secret))
  assert.equal(unwrapRecord(root, place, record), undefined)
  assert.equal(rootKeyIdOf(wrapRecord(ring, place, secret)), root.id)
  ring.take(root, [])
  assert.equal(unwrapRecord(ring, place, record), undefined)
})

test('why a record does not open is said', () => {
  const record = wrapRecord(root, place, secret)
  const other = rootKeyFrom(SecretBytes.random(32))
  assert.match(whyClosed(root, new Uint8Array(3)), /no record/)
  assert.match(whyClosed(root, record), /changed/)
  assert.match(whyClosed(other, record), new RegExp(`under the root key ${root.id}`))
})
