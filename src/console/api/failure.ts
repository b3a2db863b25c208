import { KeyturnError } from '../../client/index.ts'
import { words } from '../language.ts'
import { warn } from '../toasts.ts'

/** What a person is told of something that failed. */
export interface Failure {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly text: string
  readonly code: string | undefined
  readonly requestId: string | undefined
}

/** What to tell of a thrown thing. The server's sentences are in the language of the request. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof KeyturnError) {
    const { status, code, requestId } = thrown
    const text = status === 0 ? words().frame.offline : thrown.message
    return { status, text, code, requestId }
  }
  return { status: 0, text: words().frame.defectText, code: undefined, requestId: undefined }
}

/** Tells a failure as a toast; that the session ended is told by the page that asks to sign in. */
export function warnOf(thrown: unknown): void {
  if (isAborted(thrown)) return
  const { status, text, requestId } = failureOf(thrown)
  if (status !== 401) warn(text, requestId)
}

/** Whether something was not wanted any more, which is no failure. */
export function isAborted(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError'
}
