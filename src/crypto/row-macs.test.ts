import assert from 'node:assert/strict'
import { createHmac, hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { RootKeyRing, rootKeyFrom } from './root-key.ts'
import { rowMacs } from './row-macs.ts'
import { SecretBytes } from './secret-bytes.ts'

const root = (fill: number) => rootKeyFrom(new SecretBytes(new Uint8Array(32).fill(fill)))

test('a MAC is format, root key id and HMAC-SHA-256 under the key for rows', () => {
  const material = new Uint8Array(32).fill(1)
  const key = hkdfSync('sha256', material, new Uint8Array(0), 'keyturn/v1/rows', 32)
  const digest = createHmac('sha256', Buffer.from(key)).update('a row, 全部').digest('hex')
  const mac = Buffer.from(rowMacs(root(1)).of('a row, 全部')).toString('hex')
  assert.equal(mac, `01${root(1).id}${digest}`)
})

test('a MAC is of one row and of one root key', () => {
  const [old, now, other] = [root(1), root(2), root(3)]
  const macs = rowMacs(new RootKeyRing(now, [old]))
  assert.equal(macs.check('row', macs.of('row')), 'current')
  assert.equal(macs.check('row', rowMacs(old).of('row')), 'former')
  assert.equal(macs.check('row', rowMacs(other).of('row')), 'wrong')
  assert.equal(macs.check('another', macs.of('row')), 'wrong')
})

test('no bit of a MAC may be another, and none may lack', () => {
  const macs = rowMacs(new RootKeyRing(root(2), [root(1)]))
  const mac = macs.of('row')
  for (let bit = 0; bit < 8 * mac.length; bit++) {
    const changed = Buffer.from(mac)
    const at = Math.floor(bit / 8)
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit % 8))
    assert.equal(macs.check('row', changed), 'wrong', `bit ${bit}`)
  }
  assert.equal(macs.check('row', mac.subarray(0, -1)), 'wrong')
  assert.equal(macs.check('row', new Uint8Array(0)), 'wrong')
})
