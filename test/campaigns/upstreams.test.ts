import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { UpstreamFault } from './upstreams/upstream-faults.ts'
import { growth, runUpstreams, UPSTREAMS, type UpstreamName, upstreams } from './upstreams.ts'

/** What takes seconds; the long form tries every fault of every upstream. */
const SHORT: Readonly<Record<UpstreamName, readonly UpstreamFault[]>> = {
  identity: ['down', 'slow', 'garbage', 'half-open', 'certificate', 'reset'],
  region: ['slow', 'reset'],
  store: ['garbage', 'certificate'],
  token: ['garbage', 'half-open'],
  webhook: ['down'],
  collector: ['half-open'],
  syslog: ['reset'],
  'kms-seal': ['certificate'],
  'pkcs11-seal': ['reset'],
}

describe('an upstream that is broken', () => {
  for (const [name, faults] of Object.entries(SHORT) as [UpstreamName, UpstreamFault[]][]) {
    const skip = upstreams.missing() ?? UPSTREAMS[name].missing() ?? false
    test(`${UPSTREAMS[name].about}: ${faults.join(', ')}`, { skip }, async () => {
      const { broken, lines } = await runUpstreams(
        {
          ...{ rounds: 1, upstreams: [name], faults, calmSeconds: 0.2 },
          ...{ isLatencyJudged: false, isStopTried: name === 'identity' },
        },
        () => undefined,
      )
      assert.deepEqual(broken, [], lines.join('\n'))
    })
  }
})

test('what grows over many faults is found, and what goes up and down is not', () => {
  const ends = (files: readonly number[]) =>
    files.map((openFiles) => ({ openFiles, residentMib: openFiles }))
  assert.deepEqual(growth(ends([40, 60, 44, 46, 43, 45])), [])
  assert.deepEqual(growth(ends([40, 40, 40, 50, 60, 70])), ['open files go from 50 to 70'])
  assert.equal(growth(ends([40, 40, 40, 40, 90, 90])).length, 2)
})
