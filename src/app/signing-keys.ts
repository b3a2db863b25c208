import { ed25519Key, ed25519KeyId, publicPemOf } from '../crypto/ed25519-key.ts'
import { allRootKeys } from '../crypto/root-key.ts'
import type { Handler } from './handler.ts'

export const listSigningKeys: Handler<'ListSigningKeys'> = ({ root }) => {
  const keys = allRootKeys(root).flatMap(({ attestation, checkpoint }) => [
    { use: 'rotation-attestation', seed: attestation } as const,
    { use: 'audit-checkpoint', seed: checkpoint } as const,
  ])
  return {
    keys: keys.map(({ use, seed }) => {
      const key = ed25519Key(seed)
      return { key_id: ed25519KeyId(key), use, algorithm: 'EdDSA', public_key: publicPemOf(key) }
    }),
  }
}
