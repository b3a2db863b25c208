import { dlopen } from 'node:ffi'
import { constants } from 'node:os'

const PR_SET_PDEATHSIG = 1
const PR_SET_DUMPABLE = 4

/**
 * Makes this process, which holds a PIN and calls native code, end with its parent even while that
 * code hangs, and never leave its memory in a core file or show it to a debugger of the same user.
 * On Linux only; elsewhere it does nothing. Source: prctl(2).
 */
export function guardProcess(): void {
  if (process.platform !== 'linux') return
  const { functions } = dlopen(null, {
    prctl: { arguments: ['int32', 'uint64', 'uint64', 'uint64', 'uint64'], return: 'int32' },
  })
  functions.prctl(PR_SET_PDEATHSIG, BigInt(constants.signals.SIGKILL), 0n, 0n, 0n)
  functions.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n)
}
