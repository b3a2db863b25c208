// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { KeysOperations } from './keys.ts'
import type { KeyTableOperations } from './key-table.ts'
import type { RotationOperations } from './rotation.ts'
import type { OldVersionsOperations } from './old-versions.ts'
import type { DataOperations } from './data.ts'
import type { SigningOperations } from './signing.ts'
import type { DataKeyPairsOperations } from './data-key-pairs.ts'
import type { ReEncryptionOperations } from './re-encryption.ts'
import type { ImportOperations } from './import.ts'
import type { AliasesOperations } from './aliases.ts'
import type { TagsOperations } from './tags.ts'
import type { GrantsOperations } from './grants.ts'
import type { KeyPoliciesOperations } from './key-policies.ts'
import type { AccessPointsOperations } from './access-points.ts'
import type { CapsulesOperations } from './capsules.ts'
import type { KeystoresOperations } from './keystores.ts'
import type { RegionsOperations } from './regions.ts'
import type { DefaultKeysOperations } from './default-keys.ts'
import type { SignInOperations } from './sign-in.ts'
import type { AuditOperations } from './audit.ts'
import type { ServerOperations } from './server.ts'
import type { VersionsOperations } from './versions.ts'

export type * from './shapes.ts'
export type * from './keys.ts'
export type * from './key-table.ts'
export type * from './rotation.ts'
export type * from './old-versions.ts'
export type * from './data.ts'
export type * from './signing.ts'
export type * from './data-key-pairs.ts'
export type * from './re-encryption.ts'
export type * from './import.ts'
export type * from './aliases.ts'
export type * from './tags.ts'
export type * from './grants.ts'
export type * from './key-policies.ts'
export type * from './access-points.ts'
export type * from './capsules.ts'
export type * from './keystores.ts'
export type * from './regions.ts'
export type * from './default-keys.ts'
export type * from './sign-in.ts'
export type * from './audit.ts'
export type * from './server.ts'
export type * from './versions.ts'

/** Every operation, by the name of its method. */
export interface Operations
  extends KeysOperations,
    KeyTableOperations,
    RotationOperations,
    OldVersionsOperations,
    DataOperations,
    SigningOperations,
    DataKeyPairsOperations,
    ReEncryptionOperations,
    ImportOperations,
    AliasesOperations,
    TagsOperations,
    GrantsOperations,
    KeyPoliciesOperations,
    AccessPointsOperations,
    CapsulesOperations,
    KeystoresOperations,
    RegionsOperations,
    DefaultKeysOperations,
    SignInOperations,
    AuditOperations,
    ServerOperations,
    VersionsOperations {}
