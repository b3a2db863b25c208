import type { OperationRow, ReplyOf, RequestOf } from '../operation.ts'
import * as data from './data.ts'
import * as identity from './identity.ts'
import * as keys from './keys.ts'
import * as rotation from './rotation.ts'
import * as server from './server.ts'
import * as versions from './versions.ts'

/**
 * Every operation that Keyturn answers. Routes, client, command line and documents are made from it.
 */
export const OPERATIONS = {
  ...keys,
  ...rotation,
  ...data,
  ...versions,
  ...identity,
  ...server,
} as const satisfies Record<string, OperationRow>

/** Id of an operation. */
export type OperationId = keyof typeof OPERATIONS

/** What the handler of operation `Id` gets. */
export type RequestFor<Id extends OperationId> = RequestOf<(typeof OPERATIONS)[Id]>

/** What the handler of operation `Id` returns. */
export type ReplyFor<Id extends OperationId> = ReplyOf<(typeof OPERATIONS)[Id]>
