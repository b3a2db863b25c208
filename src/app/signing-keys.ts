import { ed25519Key, ed25519KeyId, publicPemOf } from '../crypto/ed25519-key.ts'
import type { Handler } from './handler.ts'

export const listSigningKeys: Handler<'ListSigningKeys'> = ({ root }) => {
  const seeds = { 'rotation-attestation': root.attestation, 'audit-checkpoint': root.checkpoint }
  const uses = ['rotation-attestation', 'audit-checkpoint'] as const
  return {
    keys: uses.map((use) => {
      const key = ed25519Key(seeds[use])
      return { key_id: ed25519KeyId(key), use, algorithm: 'EdDSA', public_key: publicPemOf(key) }
    }),
  }
}
