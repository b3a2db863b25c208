import { changeRotationInterval, enableRotation } from '../../src/core/rotation.ts'
import { days } from '../../src/core/time.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { NOW } from './crowded-store.ts'
import type { Call } from './every-call.ts'
import type { Filled } from './fill-store.ts'

const LIMIT = 5

/** Calls of what keeps changes of rotation settings, one key of which has as many as there are rows. */
export function settingCalls(storage: Storage, filled: Filled): readonly Call[] {
  const { keys, rotationSettings } = storage
  const { versioned } = filled
  if (versioned === undefined) throw new Error('the store lacks the key with many versions')
  return [
    { method: 'rotationSettings.last', run: () => rotationSettings.last(versioned) },
    {
      method: 'rotationSettings.changes',
      run: () => rotationSettings.changes(versioned, { after: LIMIT, limit: LIMIT }),
    },
    { method: 'rotationSettings.keptSince', run: () => rotationSettings.keptSince() },
    {
      method: 'keys.replace',
      about: 'with another interval',
      async run() {
        const seen = await keys.find(versioned)
        if (seen === undefined) throw new Error('the key with many versions is gone')
        const key = seen.key.schedule.kind === 'on' ? seen.key : enableRotation(seen.key, NOW)
        const changed = changeRotationInterval(key, days(31))
        const outcome = await keys.replace(seen, changed, { by: 'user-0', at: NOW })
        if (outcome !== 'replaced') throw new Error(outcome)
      },
    },
  ]
}
