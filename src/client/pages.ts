import type { CallOptions } from './call.ts'
import { KeyturnError } from './keyturn-error.ts'

/** An answer that says where the next page begins; empty text at the end. */
export type Page =
  | { readonly next_marker: string }
  | { readonly page_info: { readonly next_marker: string } }

/** An operation that answers page by page. */
export type PagedCall = (request: never, options?: CallOptions) => Promise<Page>

/**
 * The pages of a list, one after the other, each asked for when the one before was taken.
 *
 * ```ts
 * for await (const { keys } of pages(client.searchKeys, { rotation: 'overdue' })) …
 * ```
 */
export async function* pages<Call extends PagedCall>(
  call: Call,
  request: NonNullable<Parameters<Call>[0]>,
  options: CallOptions = {},
): AsyncGenerator<Awaited<ReturnType<Call>>, void, undefined> {
  let at: { readonly marker?: unknown } = request
  for (;;) {
    // The request stays what it was but for its marker, which every such operation takes as text.
    const reply = (await call(at as never, options)) as Awaited<ReturnType<Call>>
    yield reply
    const marker = 'next_marker' in reply ? reply.next_marker : reply.page_info.next_marker
    if (marker === '') return
    if (marker === String(at.marker ?? '')) {
      const facts = { kind: 'unintelligible', operation: '' } as const
      throw new KeyturnError('The list does not go on: its marker stays the same.', facts)
    }
    at = { ...at, marker }
  }
}
