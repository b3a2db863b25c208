import { createSignal } from 'solid-js'

/** Something that just happened. */
export interface Toast {
  readonly id: number
  readonly kind: 'good' | 'bad'
  readonly text: string
  /** Of the request that failed, so that it can be found in the audit log. */
  readonly requestId?: string | undefined
}

/** Good news goes by itself; bad news stays until it is dismissed. */
const GOOD_NEWS_MS = 6_000
/** Older ones make room. */
const MOST_TOASTS = 5

const [toasts, setToasts] = createSignal<readonly Toast[]>([])
let lastId = 0

/** What happened lately, the newest last. */
export { toasts }

/** Tells good news. */
export function tell(text: string): void {
  const id = show({ kind: 'good', text })
  setTimeout(() => dismiss(id), GOOD_NEWS_MS)
}

/** Tells bad news. */
export function warn(text: string, requestId?: string): void {
  show({ kind: 'bad', text, requestId })
}

/** Takes a toast away. */
export function dismiss(id: number): void {
  setToasts((all) => all.filter((toast) => toast.id !== id))
}

function show(toast: Omit<Toast, 'id'>): number {
  const id = ++lastId
  setToasts((all) => [...all, { ...toast, id }].slice(-MOST_TOASTS))
  return id
}
