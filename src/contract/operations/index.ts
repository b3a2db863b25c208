import type { OperationRow, ReplyOf, RequestOf } from '../operation.ts'
import * as accessPoints from './access-points.ts'
import * as aliases from './aliases.ts'
import * as audit from './audit.ts'
import * as capsules from './capsules.ts'
import * as data from './data.ts'
import * as dataKeyPairs from './data-key-pairs.ts'
import * as defaultKeys from './default-keys.ts'
import * as grants from './grants.ts'
import * as identity from './identity.ts'
import * as imports from './import.ts'
import * as keyPolicies from './key-policies.ts'
import * as keyTable from './key-table.ts'
import * as keys from './keys.ts'
import * as keystores from './keystores.ts'
import * as reEncrypt from './re-encrypt.ts'
import * as regions from './regions.ts'
import * as rotation from './rotation.ts'
import * as rotationLimits from './rotation-limits.ts'
import * as server from './server.ts'
import * as signing from './signing.ts'
import * as tags from './tags.ts'
import * as versions from './versions.ts'

/**
 * Every operation that Keyturn answers. Routes, client, command line and documents are made from it.
 */
export const OPERATIONS = {
  ...keys,
  ...keyTable,
  ...rotation,
  ...rotationLimits,
  ...data,
  ...dataKeyPairs,
  ...reEncrypt,
  ...signing,
  ...imports,
  ...grants,
  ...aliases,
  ...tags,
  ...keyPolicies,
  ...accessPoints,
  ...capsules,
  ...keystores,
  ...regions,
  ...defaultKeys,
  ...versions,
  ...identity,
  ...audit,
  ...server,
} as const satisfies Record<string, OperationRow>

/** Id of an operation. */
export type OperationId = keyof typeof OPERATIONS

/** What the handler of operation `Id` gets. */
export type RequestFor<Id extends OperationId> = RequestOf<(typeof OPERATIONS)[Id]>

/** What the handler of operation `Id` returns. */
export type ReplyFor<Id extends OperationId> = ReplyOf<(typeof OPERATIONS)[Id]>
