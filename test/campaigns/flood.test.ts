import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flood, runFlood } from './flood.ts'
import { FLOOD_KINDS, type FloodKind } from './flood-kinds.ts'

const skip = flood.missing() ?? false

for (const kind of Object.keys(FLOOD_KINDS) as FloodKind[]) {
  test(`a flood of ${FLOOD_KINDS[kind]}: honest clients are served`, { skip }, async () => {
    const { broken, lines } = await runFlood(
      { seconds: 2, rate: 300, kinds: [kind], isRateJudged: false },
      () => undefined,
    )
    assert.deepEqual(broken, [], lines.join('\n'))
  })
}
