import type { Client, KeyOrigin, KeySpec, KeyUsage } from '../../../client/index.ts'
import { ROTATION_INTERVAL } from '../../../core/rotation.ts'
import { failureOf } from '../../api/failure.ts'
import { isRotatable } from '../../keys/key-facts.ts'
import type { Tag } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { warn } from '../../toasts.ts'

/** What somebody fills in who wants a key. */
export interface WantedKey {
  readonly alias: string
  readonly description: string
  readonly spec: KeySpec
  readonly usage: KeyUsage
  readonly origin: KeyOrigin
  readonly tags: readonly Tag[]
  readonly isRotating: boolean
  /** Days, as typed. */
  readonly interval: string
}

/**
 * Makes the key, and sets its rotation; answers its id. A rotation that could not be set is told, and
 * keeps nobody from the key that is there.
 *
 * @throws {KeyturnError} when there is no key
 */
export async function createWanted(client: Client, wanted: WantedKey): Promise<string> {
  const { alias, description, spec, usage, origin, tags, isRotating, interval } = wanted
  const { key_info: made } = await client.createKey({
    key_alias: alias,
    key_spec: spec,
    key_usage: usage,
    origin,
    ...(description === '' ? {} : { key_description: description }),
    ...(tags.length === 0 ? {} : { tags: tags.map(({ key, value }) => ({ key, value })) }),
  })
  const keyId = made.key_id
  if (isRotating && isRotatable(spec) && origin === 'kms') {
    try {
      await client.enableKeyRotation({ key_id: keyId })
      const intervalDays = Number(interval)
      if (intervalDays !== ROTATION_INTERVAL.default) {
        const request = { key_id: keyId, rotation_interval: intervalDays }
        await client.updateKeyRotationInterval(request)
      }
    } catch (thrown) {
      const { text, requestId } = failureOf(thrown)
      warn(`${words().createKey.rotationFailed} ${text}`, requestId)
    }
  }
  return keyId
}
