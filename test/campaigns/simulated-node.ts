import type { EpochMs } from '../../src/core/time.ts'
import { makeLog } from '../../src/server/log.ts'
import { serve } from '../../src/server/serve.ts'
import { readSettings } from '../../src/server/settings.ts'

/*
 * A server on a virtual clock that is guarded: the clock of its system is ahead of the steady one by as
 * many milliseconds as SIMULATED_LIE_MS says.
 */

const lieMs = Number(process.env['SIMULATED_LIE_MS'] ?? 0)
const [command, ...flags] = process.argv.slice(2)
if (command !== 'serve') throw new Error('serve, and flags')
const { settings } = readSettings(flags, {})
const server = await serve(settings, makeLog(settings['log-level']), {
  guard: (virtual) => {
    const startMs = virtual.now() - 1 // a steady clock begins anywhere but where the other does
    return {
      systemNow: () => (virtual.now() + lieMs) as EpochMs,
      steadyNowMs: () => virtual.now() - startMs,
    }
  },
})
process.once('SIGTERM', async () => {
  await server.stop()
  process.exit(0)
})
// It goes when the campaign goes.
const parent = process.ppid
setInterval(() => process.ppid !== parent && process.exit(1), 1000).unref()
process.stdout.write(`Keyturn listens on ${server.url}\nCtrl-C stops it.\n`)
