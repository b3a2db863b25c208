import { UsageCounter } from '../app/usage-counter.ts'
import type { EpochMs } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { Storage } from '../ports/storage.ts'
import { USAGE_COUNTED_SINCE } from '../ports/usage-store.ts'

/** A counter of uses over a store; uses in this store are counted from the first time on. */
export async function openUsageCounter(
  { usage, meta }: Pick<Storage, 'usage' | 'meta'>,
  clock: Clock,
): Promise<UsageCounter> {
  const since = await meta.settle(USAGE_COUNTED_SINCE, String(clock.now()))
  return new UsageCounter(usage, Number(since) as EpochMs)
}
