import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SecretBytes } from '../crypto/secret-bytes.ts'
import type { Seal } from './seal.ts'

/** Two seals over the same place, as two starts of a server have them. */
export interface SealPair {
  readonly first: Seal
  readonly again: Seal
}

/** What every seal promises. */
export function sealConformance(name: string, make: () => SealPair): void {
  const hexOf = (secret: SecretBytes) => secret.lend((bytes) => Buffer.from(bytes).toString('hex'))

  describe(`seal: ${name}`, () => {
    test('a root key that was made comes back, whole, at the next start', async () => {
      const { first, again } = make()
      assert.equal(await first.isInitialised(), false)
      const made = await first.initialise()
      assert.equal(await again.isInitialised(), true)
      const opened = await again.open()
      assert.equal(opened.id, made.id)
      for (const part of ['wrapping', 'token', 'audit', 'checkpoint', 'attestation'] as const) {
        assert.equal(hexOf(opened[part]), hexOf(made[part]), part)
      }
    })

    test('a root key is never made over another', async () => {
      const { first, again } = make()
      const made = await first.initialise()
      await assert.rejects(again.initialise())
      assert.equal((await again.open()).id, made.id)
    })

    test('where there is none, opening says so', async () => {
      await assert.rejects(make().first.open())
    })

    test('two places have two root keys', async () => {
      const [one, two] = [await make().first.initialise(), await make().first.initialise()]
      assert.notEqual(one.id, two.id)
    })
  })
}
