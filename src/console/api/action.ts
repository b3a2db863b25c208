import { type Accessor, createSignal } from 'solid-js'
import { tell } from '../toasts.ts'
import { failureOf, isAborted, isTokenRefused, warnOf } from './failure.ts'

const [refusals, setRefusals] = createSignal(0)

/**
 * How many actions the server refused: each may mean that what a page shows is so no more, because
 * somebody else changed it meanwhile.
 */
export { refusals }

/** Something that a person does, one at a time. */
export interface Action<Arguments extends readonly unknown[]> {
  /** Does it; whether it worked. A failure is told as a toast. */
  readonly run: (...values: Arguments) => Promise<boolean>
  readonly isBusy: Accessor<boolean>
}

/** Wraps what calls the server: busy while it runs, a toast says how it went. */
export function createAction<Arguments extends readonly unknown[]>(
  work: (...values: Arguments) => Promise<unknown>,
  done?: (...values: Arguments) => string,
): Action<Arguments> {
  const [isBusy, setBusy] = createSignal(false)
  return {
    isBusy,
    async run(...values) {
      if (isBusy()) return false
      setBusy(true)
      try {
        await work(...values)
        if (done !== undefined) tell(done(...values))
        return true
      } catch (thrown) {
        if (!isAborted(thrown)) warnOf(thrown)
        const { status } = failureOf(thrown)
        if (status >= 400 && status < 500 && !isTokenRefused(thrown)) setRefusals((n) => n + 1)
        return false
      } finally {
        setBusy(false)
      }
    },
  }
}
