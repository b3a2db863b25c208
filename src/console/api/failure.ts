import { KeyturnError } from '../../client/index.ts'
import { words } from '../language.ts'
import { warn } from '../toasts.ts'

/** What a person is told of something that failed. */
export interface Failure {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly text: string
  readonly requestId: string | undefined
}

/** What to tell of a thrown thing. The server's sentences are in the language of the request. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof KeyturnError) {
    const { kind, status, requestId, message } = thrown
    const isUnanswered = kind === 'network' || kind === 'timeout'
    return {
      status,
      text: isUnanswered ? words().frame.offline : message,
      requestId: requestId === '' ? undefined : requestId,
    }
  }
  return { status: 0, text: words().frame.defectText, requestId: undefined }
}

/** Tells a failure as a toast; that the session ended is told by the page that asks to sign in. */
export function warnOf(thrown: unknown): void {
  if (isAborted(thrown)) return
  if (isTokenRefused(thrown)) return
  const { text, requestId } = failureOf(thrown)
  warn(text, requestId)
}

/** Code of the refusal of a token that was revoked, or that nobody made. */
const TOKEN_INVALID = 'KMS.0302'

/** Whether a call was refused because its token has ended. */
export function isTokenRefused(thrown: unknown): boolean {
  return thrown instanceof KeyturnError && (thrown.status === 401 || thrown.code === TOKEN_INVALID)
}

/** Whether something was not wanted any more, which is no failure. */
export function isAborted(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError'
}
