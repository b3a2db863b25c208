import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { Fault } from '../core/fault.ts'
import { type KeyToken, TokenError, type TokenErrorKind } from '../ports/key-token.ts'
import { askToken, loadTokenKey, tokenSpecOf } from './token-keys.ts'

describe('what a token answers', () => {
  for (const [kind, fault] of [
    ['timeout', 'upstream-timeout'],
    ['failed', 'upstream-invalid'],
    ['absent', 'upstream-invalid'],
  ] as const satisfies readonly (readonly [TokenErrorKind, string])[]) {
    test(`${kind} is ${fault}`, async () => {
      const asking = askToken(Promise.reject(new TokenError(kind, 'of the test')))
      await assert.rejects(asking, (error) => error instanceof Fault && error.kind === fault)
    })
  }

  test('a defect stays one', async () => {
    await assert.rejects(askToken(Promise.reject(new TypeError('of the test'))), TypeError)
  })

  test('a MAC is compared here', async () => {
    const token: Pick<KeyToken, 'mac'> = {
      mac: async (_label, hash, message) => createHmac(hash, 'inside').update(message).digest(),
    }
    const key = await loadTokenKey(token as KeyToken, 'HMAC_384', 'label') // it is asked for MACs only
    assert.ok(key.kind === 'mac')
    const message = Buffer.from('x')
    const mac = await key.generate('HMAC_SHA_384', message)
    assert.equal(mac.length, 48)
    assert.equal(await key.verify('HMAC_SHA_384', message, mac), true)
    assert.equal(await key.verify('HMAC_SHA_384', message, mac.subarray(1)), false)
  })

  test('specs and uses that tokens have', () => {
    assert.equal(tokenSpecOf({ spec: 'AES_256', usage: 'ENCRYPT_DECRYPT' }), 'AES_256')
    assert.equal(tokenSpecOf({ spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' }), 'HMAC_256')
    assert.equal(tokenSpecOf({ spec: 'RSA_2048', usage: 'SIGN_VERIFY' }), 'RSA_2048')
    assert.equal(tokenSpecOf({ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' }), undefined)
    assert.equal(tokenSpecOf({ spec: 'EC_P256', usage: 'KEY_AGREEMENT' }), undefined)
    assert.equal(tokenSpecOf({ spec: 'SM4', usage: 'ENCRYPT_DECRYPT' }), undefined)
  })
})
