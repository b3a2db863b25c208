import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noPostgres } from './ground.ts'
import { noNamespaces } from './namespaces.ts'
import { runRevocation } from './revocation.ts'

const skip = noNamespaces() ?? noPostgres() ?? false

test('what is revoked on one node no other uses past the bound, even cut off', {
  skip,
}, async () => {
  const { broken, lines } = await runRevocation(
    {
      stalenessMs: 400,
      nodes: 2,
      workers: 1,
      connections: 2,
      pauseMs: 2,
      tries: { key: 3, grant: 2, token: 2 },
      cutTries: { key: 1, grant: 0, token: 1 },
    },
    () => undefined,
  )
  assert.deepEqual(broken, [], lines.join('\n'))
})
