import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ROOT_KEY_BYTES, rootKeyFrom } from '../crypto/root-key.ts'
import { SecretBytes } from '../crypto/secret-bytes.ts'
import { makeRootKey, openRootKeys, type RootMaterials, type Seal, SealError } from './seal.ts'

/** Two seals over the same place, as two starts of a server have them. */
export interface SealPair {
  readonly first: Seal
  readonly again: Seal
}

/** What every seal promises. */
export function sealConformance(name: string, make: () => SealPair): void {
  const hexOf = (secret: SecretBytes) => secret.lend((bytes) => Buffer.from(bytes).toString('hex'))
  const fresh = () => SecretBytes.random(ROOT_KEY_BYTES)
  const idsOf = (materials: RootMaterials) => materials.map((material) => rootKeyFrom(material).id)

  describe(`seal: ${name}`, () => {
    test('a root key that was made comes back, whole, at the next start', async () => {
      const { first, again } = make()
      assert.equal(await first.isInitialised(), false)
      const made = await makeRootKey(first, fresh)
      assert.equal(await again.isInitialised(), true)
      const { current, former } = await openRootKeys(again)
      assert.equal(current.id, made.id)
      assert.deepEqual(former, [])
      for (const part of [
        'wrapping',
        'token',
        'audit',
        'checkpoint',
        'marker',
        'attestation',
      ] as const) {
        assert.equal(hexOf(current[part]), hexOf(made[part]), part)
      }
    })

    test('a root key is never made over another', async () => {
      const { first, again } = make()
      const made = await makeRootKey(first, fresh)
      await assert.rejects(makeRootKey(again, fresh))
      assert.equal((await again.open()).id, made.id)
    })

    test('where there is none, opening and replacing say so', async () => {
      const isAbsent = (error: unknown) => error instanceof SealError && error.kind === 'absent'
      const { first } = make()
      await assert.rejects(first.unwrap(), isAbsent)
      await assert.rejects(first.replace([fresh()]), isAbsent)
      assert.equal(await first.isInitialised(), false)
    })

    test('two places have two root keys', async () => {
      const one = await makeRootKey(make().first, fresh)
      const two = await makeRootKey(make().first, fresh)
      assert.notEqual(one.id, two.id)
    })

    test('several root keys come back in their order, and fewer in their place', async () => {
      const { first, again } = make()
      const roots: RootMaterials = [fresh(), fresh(), fresh()]
      await first.initialise([roots[1] ?? fresh()])
      await first.replace(roots)
      assert.deepEqual(idsOf(await again.unwrap()), idsOf(roots))
      await again.replace([roots[0]])
      assert.deepEqual(idsOf(await first.unwrap()), idsOf([roots[0]]))
    })
  })
}
