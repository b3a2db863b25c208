import type { FaultKind } from '../core/fault.ts'
import type { GrantOperation } from '../core/grant.ts'
import type { Fields, Values } from './field.ts'

/** Which API an operation belongs to: it decides how its errors look. */
export type ApiKind =
  /** The vendor's key management API. */
  | 'kms'
  /** The part of the vendor's identity API that clients need to sign in. */
  | 'identity'
  /** Our own, beyond the documents. */
  | 'keyturn'

/** Who may call an operation. */
export type Access =
  /** Anybody. */
  | { readonly kind: 'anyone' }
  /** Whoever has proved who it is. */
  | { readonly kind: 'signedIn' }
  /** Who has the permission, asked before the handler runs, for the key of the request if it names one. */
  | ({ readonly kind: 'permission' } & Right)
  /** As `permission`, but the handler asks, for only it learns which keys the request is about. */
  | ({ readonly kind: 'permissionInHandler' } & Right)

/** What a caller must be allowed by its policies or, where there is such a thing, by a grant. */
export interface Right {
  readonly permission: Permission
  readonly grant?: GrantOperation
}

/** An action as policies name it. */
export type Permission = `${'kms' | 'keyturn'}:${string}:${string}`

/** What every operation has. */
export interface OperationRow {
  readonly id: string
  readonly api: ApiKind
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Path with `{names}` of parameters. */
  readonly path: `/${string}`
  readonly access: Access
  readonly summary: string
  /**
   * Whether a client that got no answer may ask again: it only reads, or doing it twice is as good as
   * doing it once and is answered alike. Reads by GET and HEAD need not say so.
   */
  readonly repeatable: boolean
  /** Parameters of the path, but for `project_id`, which the caller's project stands for. */
  readonly pathFields: Fields
  readonly query: Fields
  /** Headers of the request, by their names in lower case. */
  readonly requestHeaders: Fields
  /** Members of the JSON body. */
  readonly request: Fields
  readonly status: 200 | 201 | 204 | 300
  /** Headers of the reply, spelled as clients look for them. */
  readonly headers: Fields
  /** Members of the JSON body of the reply. */
  readonly response: Fields
  /**
   * User agents, by a pattern, whose model of the reply is a list of what it is: they get a list with
   * that one thing in it.
   */
  readonly listedFor: string
  /**
   * What success does with the version of the key that the request turned out to be about: it
   * protects something, or opens what it protected; uses are counted.
   */
  readonly keyUse: 'none' | 'protect' | 'open'
  /** Faults beyond those that any request may meet. */
  readonly faults: readonly FaultKind[]
  /** Where the contract was read. */
  readonly source: string
}

type Defaults = {
  readonly api: 'kms'
  readonly pathFields: Record<never, never>
  readonly query: Record<never, never>
  readonly requestHeaders: Record<never, never>
  readonly request: Record<never, never>
  readonly status: 200
  readonly headers: Record<never, never>
  readonly response: Record<never, never>
  readonly listedFor: ''
  readonly keyUse: 'none'
  readonly repeatable: false
  readonly faults: readonly []
}

const DEFAULTS: Defaults = {
  api: 'kms',
  pathFields: {},
  query: {},
  requestHeaders: {},
  request: {},
  status: 200,
  headers: {},
  response: {},
  listedFor: '',
  keyUse: 'none',
  repeatable: false,
  faults: [],
}

type RowInput = Partial<Pick<OperationRow, keyof Defaults>> & Omit<OperationRow, keyof Defaults>

/** A row of the table of operations, with what it leaves out filled in. */
export function operation<const Row extends RowInput>(row: Row): Omit<Defaults, keyof Row> & Row {
  return { ...DEFAULTS, ...row }
}

/** What a handler of `Row` gets: parameters of path, query and body, and headers, decoded. */
export type RequestOf<Row extends OperationRow> = Values<Row['pathFields']> &
  Values<Row['query']> &
  Values<Row['requestHeaders']> &
  Values<Row['request']>

/** What a handler of `Row` returns: members of the body, and headers. */
export type ReplyOf<Row extends OperationRow> = Values<Row['response']> & Values<Row['headers']>

/** Whether a client may send a request of `row` again after it got no answer. */
export function isRepeatable({ method, repeatable }: OperationRow): boolean {
  return repeatable || method === 'GET' || method === 'HEAD'
}

/** Access for whoever has `permission`, or a grant for `grant`. */
export function needs(
  permission: Permission,
  grant?: GrantOperation,
): { readonly kind: 'permission' } & Right {
  return { kind: 'permission', permission, ...(grant === undefined ? {} : { grant }) }
}
