import {
  MAX_STATEMENT_VERSIONS,
  ROTATION_STATEMENT_TYPE,
  rotationStatement,
} from '../contract/rotation-statement.ts'
import { ed25519Key } from '../crypto/ed25519-key.ts'
import { signJws } from '../crypto/jws.ts'
import { loadKey } from './find-key.ts'
import type { Handler } from './handler.ts'

/** Signs what the store says of the versions of a key, by a key that signs nothing else. */
export const showRotationAttestation: Handler<'ShowRotationAttestation'> = async (
  deps,
  caller,
  request,
) => {
  const { key } = await loadKey(deps, caller, request.key_id)
  const primary = key.primaryVersion ?? 0
  const first = request.first_version ?? Math.max(1, primary - MAX_STATEMENT_VERSIONS + 1)
  const page = { after: first - 1, limit: MAX_STATEMENT_VERSIONS }
  const [versions, rotations] = await Promise.all([
    deps.keys.versionsOf(key.id, page),
    // An event bears the number of the version that it made.
    deps.keys.rotationEvents(key.projectId, key.id, page),
  ])
  const byVersion = new Map(rotations.map((event) => [event.toVersion, event]))
  const statement = rotationStatement({
    now: deps.clock.now(),
    region: deps.region,
    key,
    // What a rotation made since the key was read is for the next statement.
    versions: versions
      .filter(({ version }) => version <= primary)
      .map(({ version, createdAt, origin }) => {
        return { version, createdAt, origin, rotation: byVersion.get(version) }
      }),
    audit: { node: deps.auditReader.node, ...deps.auditHead() },
  })
  return signJws(statement, ROTATION_STATEMENT_TYPE, ed25519Key(deps.root.attestation))
}
