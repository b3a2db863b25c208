import { type PagedCall, pages } from '../client/index.ts'
import type { OperationFacts } from './operation-field.ts'

/** Members of a request or a reply. */
export type Members = Readonly<Record<string, unknown>>

/** An operation, whatever it is: the server says whether the members will do. */
export type AnyCall = (members: Members) => Promise<Members>

/** All pages of a list as one answer, from the page on that `members` ask for. */
export async function wholeList(
  call: AnyCall,
  facts: OperationFacts,
  members: Members,
): Promise<Members> {
  if (facts.fields.some(({ name }) => name === 'marker')) {
    let whole: Members = {}
    // The operation has a marker, and so its replies say where the next page begins.
    for await (const page of pages(call as unknown as PagedCall, members as never)) {
      whole = joined(whole, page as unknown as Members)
    }
    return whole
  }
  return byOffset(call, members)
}

async function byOffset(call: AnyCall, members: Members): Promise<Members> {
  let whole: Members = {}
  let offset = Number(members['offset'] ?? 0)
  for (;;) {
    const page = await call({ ...members, offset: String(offset) })
    const count = Math.max(0, ...Object.values(page).map((value) => lengthOf(value)))
    whole = joined(whole, page)
    offset += count
    if (count === 0) return whole
  }
}

/** Lists grow by those of the next page; of everything else the last page speaks. */
function joined(whole: Members, page: Members): Members {
  const entries = Object.entries(page).map(([name, value]) => {
    const before = whole[name]
    return [name, Array.isArray(value) && Array.isArray(before) ? before.concat(value) : value]
  })
  return { ...whole, ...Object.fromEntries(entries) }
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}
