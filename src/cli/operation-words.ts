import type { OperationId, ReplyFor, RequestFor } from '../contract/operations/index.ts'

/** How a command calls an operation. */
export interface OperationWords {
  /** The words that call it: a noun and a verb. */
  readonly words: `${string} ${string}`
  /** Members of the request that may stand without their flags, in this order. */
  readonly operands?: readonly string[]
  /** Flags that are not called as the wire calls their members. */
  readonly flags?: Readonly<Partial<Record<string, string>>>
  /** Whether `auth` is made, when it is not given, from who signs in. */
  readonly signsIn?: true
  /** What a table shows of each thing in a list; without it, everything. */
  readonly columns?: readonly string[]
}

/** Words whose operands and flags are members of the operation. */
interface WordsFor<Id extends OperationId> extends OperationWords {
  readonly operands?: readonly MemberOf<Id>[]
  readonly flags?: Readonly<Partial<Record<MemberOf<Id>, string>>>
  readonly columns?: readonly ColumnOf<ReplyFor<Id>>[]
}

type MemberOf<Id extends OperationId> = string & keyof RequestFor<Id>
/** Members of the things in the lists of a reply. */
type ColumnOf<Reply> = {
  [Name in keyof Reply]-?: NonNullable<Reply[Name]> extends readonly (infer Item)[]
    ? Item extends object
      ? string & keyof Item
      : never
    : never
}[keyof Reply]

const KEY = ['key_id'] as const
const KEY_COLUMNS = [
  'key_id',
  'key_alias',
  'key_spec',
  'key_state',
  'key_rotation_enabled',
  'creation_date',
] as const
const EVENT_COLUMNS = ['key_id', 'time', 'cause', 'to_version', 'due_time', 'late_ms'] as const
const GRANT_COLUMNS = ['grant_id', 'key_id', 'grantee_principal', 'operations', 'name'] as const

/** The command of each operation, in the order of `--help`. */
export const OPERATION_WORDS = {
  CreateKey: { words: 'key create', operands: ['key_alias'] },
  SearchKeys: {
    words: 'key search',
    operands: ['alias'],
    columns: [
      'key_id',
      'key_alias',
      'key_spec',
      'key_state',
      'next_rotation_time',
      'number_of_rotations',
    ],
  },
  ListKeys: { words: 'key list', columns: KEY_COLUMNS },
  ListKeyDetail: { words: 'key describe', operands: KEY },
  ShowKeyRow: { words: 'key show', operands: KEY },
  EnableKey: { words: 'key enable', operands: KEY },
  DisableKey: { words: 'key disable', operands: KEY },
  DeleteKey: { words: 'key delete', operands: KEY },
  CancelKeyDeletion: { words: 'key cancel-deletion', operands: KEY },
  UpdateKeyAlias: { words: 'key rename', operands: ['key_id', 'key_alias'] },
  UpdateKeyDescription: { words: 'key set-description', operands: ['key_id', 'key_description'] },
  RotateOnDemand: { words: 'key rotate', operands: KEY },
  EnableKeyRotation: { words: 'key enable-rotation', operands: KEY },
  DisableKeyRotation: { words: 'key disable-rotation', operands: KEY },
  UpdateKeyRotationInterval: {
    words: 'key set-rotation-interval',
    operands: ['key_id', 'rotation_interval'],
  },
  ShowRotationLimits: { words: 'key rotation-limits', operands: KEY },
  SetRotationLimits: { words: 'key set-rotation-limits', operands: KEY },
  ShowKeyRotationStatus: { words: 'key rotation-status', operands: KEY },
  ListRotationEvents: { words: 'key rotation-events', operands: KEY, columns: EVENT_COLUMNS },
  ListKeyVersions: { words: 'key versions', operands: KEY },
  ShowPublicKey: { words: 'key public-key', operands: KEY },
  DeriveSharedSecret: { words: 'key derive-secret', operands: KEY },
  CreateParametersForImport: { words: 'key import-parameters', operands: KEY },
  ImportKeyMaterial: { words: 'key import', operands: KEY },
  DeleteImportedKeyMaterial: { words: 'key delete-material', operands: KEY },
  ReplicateKey: { words: 'key replicate', operands: KEY },
  UpdatePrimaryRegion: { words: 'key set-primary-region', operands: ['key_id', 'primary_region'] },
  ShowUserInstances: { words: 'key count' },
  ShowUserQuotas: { words: 'key quotas' },
  EnsureDefaultKey: { words: 'key default', operands: ['service'] },

  ListProjectRotationEvents: { words: 'rotation events', columns: EVENT_COLUMNS },
  ShowRotationOverview: { words: 'rotation overview' },
  ShowRotationAttestation: { words: 'rotation attest', operands: KEY },

  EncryptData: { words: 'data encrypt', operands: KEY },
  DecryptData: { words: 'data decrypt', operands: ['cipher_text'] },
  ReEncrypt: { words: 'data re-encrypt', operands: ['destination_key_id', 'cipher_text'] },

  CreateDatakey: { words: 'datakey create', operands: KEY },
  CreateDatakeyWithoutPlaintext: { words: 'datakey create-without-plaintext', operands: KEY },
  EncryptDatakey: { words: 'datakey encrypt', operands: KEY },
  DecryptDatakey: { words: 'datakey decrypt', operands: ['key_id', 'cipher_text'] },
  CreateRsaDatakeyPair: { words: 'datakey create-rsa-pair', operands: KEY },
  CreateEcDatakeyPair: { words: 'datakey create-ec-pair', operands: KEY },

  Sign: { words: 'message sign', operands: KEY },
  ValidateSignature: { words: 'message verify', operands: KEY },
  GenerateMac: { words: 'mac create', operands: KEY },
  VerifyMac: { words: 'mac verify', operands: KEY },
  CreateRandom: { words: 'random create', operands: ['random_data_length'] },

  CreateAlias: { words: 'alias create', operands: ['key_id', 'alias'] },
  AssociateAlias: { words: 'alias move', operands: ['alias', 'target_key_id'] },
  DeleteAlias: { words: 'alias delete', operands: ['key_id', 'aliases'] },
  ListAliases: { words: 'alias list', operands: KEY, columns: ['alias', 'key_id', 'create_time'] },

  CreateKmsTag: { words: 'tag add', operands: ['key_id', 'tag'] },
  BatchCreateKmsTags: { words: 'tag batch', operands: ['key_id', 'action', 'tags'] },
  DeleteTag: { words: 'tag remove', operands: ['key_id', 'key'] },
  ShowKmsTags: { words: 'tag list', operands: KEY },
  ListKmsTags: { words: 'tag list-all' },
  ListKmsByTags: {
    words: 'tag find-keys',
    operands: ['action'],
    columns: ['resource_id', 'resource_name', 'tags'],
  },

  CreateGrant: { words: 'grant create', operands: KEY },
  ListGrants: { words: 'grant list', operands: KEY, columns: GRANT_COLUMNS },
  ListRetirableGrants: { words: 'grant list-retirable', columns: GRANT_COLUMNS },
  CancelGrant: { words: 'grant revoke', operands: ['key_id', 'grant_id'] },
  CancelSelfGrant: { words: 'grant retire', operands: ['key_id', 'grant_id'] },

  CreateKeyPolicy: { words: 'key-policy create', operands: ['policy_name'] },
  ListKeyPolicy: {
    words: 'key-policy list',
    operands: ['keyspace_id'],
    columns: ['policy_id', 'policy_name', 'description', 'create_time', 'last_access_time'],
  },
  ShowKeyPolicy: { words: 'key-policy show', operands: ['policy_id'] },
  UpdateKeyPolicy: { words: 'key-policy update', operands: ['policy_id'] },
  DeleteKeyPolicy: { words: 'key-policy delete', operands: ['policy_id'] },

  CreateAccessPoint: { words: 'access-point create', operands: ['access_point_name'] },
  ListAccessPoint: {
    words: 'access-point list',
    operands: ['keyspace_id'],
    columns: ['access_point_id', 'access_point_name', 'state', 'type', 'create_time'],
  },
  EnableAccessPoint: { words: 'access-point enable', operands: ['access_point_id'] },
  DisableAccessPoint: { words: 'access-point disable', operands: ['access_point_id'] },
  DeleteAccessPoint: { words: 'access-point delete', operands: ['access_point_id'] },
  DownloadAccessPointPrivateKey: {
    words: 'access-point private-key',
    operands: ['access_point_id'],
  },

  CreateDatakeyCapsule: { words: 'capsule create', operands: KEY },
  DecryptDatakeyCapsule: { words: 'capsule open', operands: KEY },

  CreateKeyStore: { words: 'keystore create', operands: ['keystore_alias'] },
  ListKeyStores: {
    words: 'keystore list',
    columns: ['keystore_id', 'keystore_alias', 'keystore_type', 'keystore_state', 'create_time'],
  },
  ShowKeyStore: { words: 'keystore show', operands: ['keystore_id'] },
  EnableKeyStore: { words: 'keystore enable', operands: ['keystore_id'] },
  DisableKeyStore: { words: 'keystore disable', operands: ['keystore_id'] },
  DeleteKeyStore: { words: 'keystore delete', operands: ['keystore_id'] },
  CreatePin: { words: 'pin create' },

  ListSupportRegions: { words: 'region list' },
  ReceiveReplica: { words: 'region receive-replica', operands: ['region'] },

  CreateToken: { words: 'token create', signsIn: true },
  ShowToken: { words: 'token show' },
  CheckToken: { words: 'token check' },
  RevokeToken: { words: 'token revoke' },

  ListUsers: {
    words: 'identity list-users',
    operands: ['name'],
    columns: ['id', 'name', 'domain_id', 'enabled'],
  },
  ShowUser: { words: 'identity show-user', operands: ['id'] },
  ListProjects: {
    words: 'identity list-projects',
    operands: ['name'],
    columns: ['id', 'name', 'domain_id', 'enabled'],
  },
  ShowProject: { words: 'identity show-project', operands: ['id'] },
  ListAuthProjects: {
    words: 'identity list-own-projects',
    columns: ['id', 'name', 'domain_id', 'enabled'],
  },
  ListAuthDomains: {
    words: 'identity list-own-domains',
    operands: ['name'],
    columns: ['id', 'name', 'enabled'],
  },
  ListRegions: { words: 'identity list-regions', columns: ['id', 'type', 'description'] },
  ShowCatalog: { words: 'identity catalog', flags: { 'x-project-id': 'of-project-id' } },
  ShowIdentityVersion: { words: 'identity version' },

  ListAuditRecords: {
    words: 'audit list',
    flags: { user: 'by-user' },
    columns: [
      'time',
      'operation',
      'user_name',
      'key_id',
      'status',
      'error_code',
      'source',
      'request_id',
    ],
  },

  ListSigningKeys: { words: 'audit signing-keys', columns: ['key_id', 'use', 'algorithm'] },

  ShowClock: { words: 'clock show' },
  AdvanceClock: { words: 'clock advance' },

  ShowVersions: { words: 'api versions', columns: ['id', 'version', 'status', 'updated'] },
  ShowVersion: { words: 'api version', operands: ['version_id'] },
} as const satisfies { readonly [Id in OperationId]: WordsFor<Id> }

/** What the commands of a noun are about. */
export const NOUNS = {
  key: 'make, describe, rotate, import, replicate and delete keys',
  rotation: 'what rotated, what will, and proof of it',
  data: 'encrypt and decrypt up to 4096 bytes',
  datakey: 'keys that encrypt your data where it is, and key pairs',
  message: 'sign messages and verify signatures',
  mac: 'authentication codes of messages',
  random: 'random bits',
  alias: 'more names of keys',
  tag: 'names and values on keys',
  grant: 'let others use a key',
  'key-policy': 'where and when capsules open',
  'access-point': 'machines that may open capsules',
  capsule: 'data keys that open only where a key policy allows',
  keystore: 'tokens that keep keys',
  pin: 'PINs that data keys are bound to',
  region: 'regions that keys are replicated to',
  token: 'what one signs in with',
  identity: 'users, projects and domains, as the identity API shows them',
  audit: 'who did what',
  clock: 'what time it is for keys',
  api: 'versions of the API',
} as const satisfies Record<Noun, string>

/** First word of the command of an operation. */
export type Noun = (typeof OPERATION_WORDS)[OperationId]['words'] extends `${infer First} ${string}`
  ? First
  : never

/** Whether a word is the first one of commands of operations. */
export function isNoun(word: string): word is Noun {
  return Object.hasOwn(NOUNS, word)
}
