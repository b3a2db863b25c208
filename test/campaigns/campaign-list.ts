import { backupFlips } from './backup-flips.ts'
import { bitFlips } from './bit-flips.ts'
import { clock } from './clock.ts'
import { diskFull } from './disk-full.ts'
import { due } from './due.ts'
import { flood } from './flood.ts'
import { fuzz } from './fuzz.ts'
import { kills } from './kills.ts'
import { leak } from './leak.ts'
import { model } from './model.ts'
import type { Campaign } from './outcome.ts'
import { powerCommands } from './power-commands.ts'
import { powerLoss } from './power-loss.ts'
import { restarts } from './restarts.ts'
import { revocation } from './revocation.ts'
import { rights } from './rights.ts'
import { simulation } from './simulation.ts'
import { soak } from './soak.ts'
import { start } from './start.ts'
import { timing } from './timing.ts'

/** Every campaign by its name, in the order in which they are listed. */
export const CAMPAIGNS: Readonly<Record<string, Campaign>> = {
  kills,
  revocation,
  restarts,
  due,
  start,
  clock,
  'backup-flips': backupFlips,
  flood,
  fuzz,
  simulation,
  model,
  'bit-flips': bitFlips,
  'disk-full': diskFull,
  'power-loss': powerLoss,
  'power-commands': powerCommands,
  timing,
  rights,
  soak,
  leak,
}
