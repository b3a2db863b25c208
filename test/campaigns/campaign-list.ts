import { due } from './due.ts'
import { kills } from './kills.ts'
import type { Campaign } from './outcome.ts'
import { restarts } from './restarts.ts'
import { revocation } from './revocation.ts'
import { start } from './start.ts'

/** Every campaign by its name, in the order in which they are listed. */
export const CAMPAIGNS: Readonly<Record<string, Campaign>> = {
  kills,
  revocation,
  restarts,
  due,
  start,
}
