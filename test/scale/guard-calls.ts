import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { rowMacs } from '../../src/crypto/row-macs.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { GUARDED_TABLES } from '../../src/ports/row-guard.ts'
import type { Storage } from '../../src/ports/storage.ts'
import type { Call } from './every-call.ts'

const LIMIT = 5

/**
 * Calls of every method of the guard of rows. They come last: from the first of them on, rows
 * without a MAC, which is all that a filled store has, are read no more.
 */
export function guardCalls({ guard, meta }: Storage): readonly Call[] {
  const macs = rowMacs(rootKeyFrom(SecretBytes.random(32)))
  const middle = { keyId: '88888888-8888-4888-8888-888888888888', version: 1 }
  return [
    {
      method: 'guard.watch',
      // It asks nothing of the store itself; with it comes the fact that the store is guarded.
      run: async () => {
        guard.watch(macs, () => undefined)
        await meta.get('rows-guarded')
      },
    },
    ...GUARDED_TABLES.flatMap((table) =>
      (['begin', 'renew', 'check'] as const).map((work) => ({
        method: 'guard.batch',
        about: `${table} ${work}`,
        run: () => guard.batch(table, work, LIMIT, middle),
      })),
    ),
    { method: 'guard.complaints', run: () => guard.complaints(1) },
  ]
}
