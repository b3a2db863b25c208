import { ed25519Key, ed25519KeyId, publicPemOf } from '../crypto/ed25519-key.ts'
import { allRootKeys } from '../crypto/root-key.ts'
import type { Handler } from './handler.ts'

export const listSigningKeys: Handler<'ListSigningKeys'> = ({ root }) => {
  const pairs = [
    ...allRootKeys(root).map(({ attestation, checkpoint }) => ({
      attestation: ed25519Key(attestation),
      checkpoint: ed25519Key(checkpoint),
    })),
    // Statements of before are verified for ever.
    ...(root.past ?? []).map(({ attestationPublic, checkpointPublic }) => ({
      attestation: attestationPublic,
      checkpoint: checkpointPublic,
    })),
  ]
  const keys = pairs.flatMap(({ attestation, checkpoint }) => [
    { use: 'rotation-attestation', key: attestation } as const,
    { use: 'audit-checkpoint', key: checkpoint } as const,
  ])
  return {
    keys: keys.map(({ use, key }) => ({
      key_id: ed25519KeyId(key),
      use,
      algorithm: 'EdDSA',
      public_key: publicPemOf(key),
    })),
  }
}
