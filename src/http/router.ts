import { LRUCache } from 'lru-cache'
import type { ApiKind, OperationRow } from '../contract/operation.ts'
import { OPERATIONS, type OperationId } from '../contract/operations/index.ts'

/** A route that a request took. */
export interface Route {
  readonly id: OperationId
  readonly row: OperationRow
  readonly parameters: Readonly<Record<string, string>>
}

/** What a method and a path lead to. */
export type Routed =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'wrong-method'; readonly allowed: string }
  | { readonly kind: 'unknown' }
  /** The path has an escape that stands for no text. */
  | { readonly kind: 'malformed' }

interface Node {
  readonly literals: Map<string, Node>
  parameter: Node | undefined
  readonly rows: Map<string, Entry>
}

interface Entry {
  readonly id: OperationId
  readonly row: OperationRow
  /** Names of the parameters, in the order of the path. */
  readonly names: readonly string[]
}

/** A function that finds the route of a request, made from the rows of `apis`. */
export function makeRouter(apis: readonly ApiKind[]): (method: string, path: string) => Routed {
  const root = newNode()
  for (const [id, row] of Object.entries(OPERATIONS) as [OperationId, OperationRow][]) {
    if (apis.includes(row.api)) addRoute(root, id, row)
  }
  const known = new LRUCache<string, KnownRoute>({ max: MAX_KNOWN })
  return (method, path) => {
    const before = known.get(path)
    if (before?.method === method) return before.routed
    const routed = find(root, method, path)
    if (routed.kind === 'found') known.set(path, { method, routed })
    return routed
  }
}

/** The route that a path took last. */
interface KnownRoute {
  readonly method: string
  readonly routed: Routed
}

/** Most paths whose route is remembered: clients ask the same few again and again. */
const MAX_KNOWN = 1000

function addRoute(root: Node, id: OperationId, row: OperationRow): void {
  let node = root
  const names: string[] = []
  for (const segment of segmentsOf(row.path)) {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (name === undefined) {
      let next = node.literals.get(segment)
      if (next === undefined) {
        next = newNode()
        node.literals.set(segment, next)
      }
      node = next
    } else {
      names.push(name)
      node.parameter ??= newNode()
      node = node.parameter
    }
  }
  if (node.rows.has(row.method)) throw new Error(`two operations at ${row.method} ${row.path}`)
  node.rows.set(row.method, { id, row, names })
}

function find(root: Node, method: string, path: string): Routed {
  const segments = segmentsOf(path).map(decodeSegment)
  if (!segments.every((segment) => segment !== undefined)) return { kind: 'malformed' }
  const values: string[] = []
  const node = descend(root, segments, 0, values)
  if (node === undefined) return { kind: 'unknown' }
  const match = node.rows.get(method)
  if (match !== undefined) {
    const { id, row, names } = match
    const parameters = Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']))
    return { kind: 'found', route: { id, row, parameters } }
  }
  return { kind: 'wrong-method', allowed: [...node.rows.keys()].join(', ') }
}

/** The node of a path: by its letters if they lead somewhere, else with a parameter in their place. */
function descend(
  node: Node,
  segments: readonly string[],
  at: number,
  values: string[],
): Node | undefined {
  const segment = segments[at]
  if (segment === undefined) return node.rows.size > 0 ? node : undefined
  const literal = node.literals.get(segment)
  const byLetters = literal && descend(literal, segments, at + 1, values)
  if (byLetters !== undefined || node.parameter === undefined) return byLetters
  const known = values.length
  values.push(segment)
  const byParameter = descend(node.parameter, segments, at + 1, values)
  if (byParameter === undefined) values.length = known
  return byParameter
}

/** Segments of a path; a slash at its end says nothing. */
function segmentsOf(path: string): readonly string[] {
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length
  return end <= 1 ? [] : path.slice(1, end).split('/')
}

function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function newNode(): Node {
  return { literals: new Map(), parameter: undefined, rows: new Map() }
}
