import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressBlock } from './address-block.ts'

test('an IPv4 address stands for itself, in the words of IPv6 too', () => {
  assert.equal(addressBlock('192.0.2.1'), '192.0.2.1')
  assert.equal(addressBlock('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(addressBlock('::FFFF:192.0.2.1'), '192.0.2.1')
})

test('an IPv6 address stands for its first 64 bits, however it is written', () => {
  for (const address of [
    '2001:db8:0:1:2:3:4:5',
    '2001:db8:0:1::1',
    '2001:db8::1:2:3:4:5',
    '2001:db8:0:1::',
  ]) {
    assert.equal(addressBlock(address), '2001:db8:0:1', address)
  }
  assert.equal(addressBlock('::1'), '0:0:0:0')
  assert.equal(addressBlock('fe80::1%eth0'), 'fe80:0:0:0')
})

test('what is no address stands for itself', () => {
  assert.equal(addressBlock(''), '')
  assert.equal(addressBlock('unix'), 'unix')
})
