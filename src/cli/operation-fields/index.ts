// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationId } from '../../contract/operations/index.ts'
import type { OperationFacts } from '../operation-field.ts'

/** What the list of commands knows of an operation, and how the rest is loaded. */
export interface OperationEntry {
  readonly summary: string
  readonly load: () => Promise<Readonly<Record<string, OperationFacts>>>
}

const loadKeys = async () => (await import('./keys.ts')).FACTS
const loadKeyTable = async () => (await import('./key-table.ts')).FACTS
const loadRotation = async () => (await import('./rotation.ts')).FACTS
const loadOldVersions = async () => (await import('./old-versions.ts')).FACTS
const loadData = async () => (await import('./data.ts')).FACTS
const loadSigning = async () => (await import('./signing.ts')).FACTS
const loadDataKeyPairs = async () => (await import('./data-key-pairs.ts')).FACTS
const loadReEncryption = async () => (await import('./re-encryption.ts')).FACTS
const loadImport = async () => (await import('./import.ts')).FACTS
const loadAliases = async () => (await import('./aliases.ts')).FACTS
const loadTags = async () => (await import('./tags.ts')).FACTS
const loadGrants = async () => (await import('./grants.ts')).FACTS
const loadKeyPolicies = async () => (await import('./key-policies.ts')).FACTS
const loadAccessPoints = async () => (await import('./access-points.ts')).FACTS
const loadCapsules = async () => (await import('./capsules.ts')).FACTS
const loadKeystores = async () => (await import('./keystores.ts')).FACTS
const loadRegions = async () => (await import('./regions.ts')).FACTS
const loadDefaultKeys = async () => (await import('./default-keys.ts')).FACTS
const loadSignIn = async () => (await import('./sign-in.ts')).FACTS
const loadAudit = async () => (await import('./audit.ts')).FACTS
const loadServer = async () => (await import('./server.ts')).FACTS
const loadVersions = async () => (await import('./versions.ts')).FACTS

/** Every operation. */
export const OPERATION_ENTRIES: Readonly<Record<OperationId, OperationEntry>> = {
  CancelKeyDeletion: { summary: 'End the waiting period before a deletion', load: loadKeys },
  CreateKey: { summary: 'Make a master key', load: loadKeys },
  DeleteKey: { summary: 'Delete a key after a waiting period', load: loadKeys },
  DisableKey: { summary: 'Suspend every use of a key', load: loadKeys },
  EnableKey: { summary: 'Let a disabled key be used again', load: loadKeys },
  ListKeyDetail: { summary: 'Tell all there is to know of a key', load: loadKeys },
  ListKeys: { summary: 'List the keys of a project, page by page', load: loadKeys },
  ShowUserInstances: { summary: 'Count the keys of a project, default keys left out', load: loadKeys },
  ShowUserQuotas: { summary: 'Tell how many keys and grants a project has and may have', load: loadKeys },
  UpdateKeyAlias: { summary: 'Give a key another alias', load: loadKeys },
  UpdateKeyDescription: { summary: 'Give a key another description', load: loadKeys },
  ListKeyVersions: { summary: 'List the versions of a key, the newest first, and how much each is used', load: loadKeyTable },
  SearchKeys: { summary: 'Search the keys of a project, sorted, with their rotation', load: loadKeyTable },
  ShowKeyRow: { summary: 'Tell all of a key and its rotation in one answer', load: loadKeyTable },
  DisableKeyRotation: { summary: 'Stop a key from rotating by itself', load: loadRotation },
  EnableKeyRotation: { summary: 'Let a key rotate by itself, every 365 days to begin with', load: loadRotation },
  ListProjectRotationEvents: { summary: 'List the rotations of all keys of a project, the newest first', load: loadRotation },
  ListRotationEvents: { summary: 'List the rotations of a key, the oldest first; also of one that was destroyed', load: loadRotation },
  RotateOnDemand: { summary: 'Rotate a key now', load: loadRotation },
  ShowKeyRotationStatus: { summary: 'Tell whether, how often and when a key rotates and has rotated', load: loadRotation },
  ShowRotationAttestation: { summary: 'State the versions, rotations and rotation settings of a key, signed: others check it without the server', load: loadRotation },
  ShowRotationOverview: { summary: 'Count what rotates when in a project, and what does not', load: loadRotation },
  UpdateKeyRotationInterval: { summary: 'Change how often a key rotates by itself', load: loadRotation },
  SetRotationLimits: { summary: 'Let a key rotate after so many uses or bytes; without either, no longer', load: loadRotation },
  ShowRotationLimits: { summary: 'Tell after how much use a key rotates, and how much it was used', load: loadRotation },
  RestoreKeyVersion: { summary: 'Let a retired version open again what it protected', load: loadOldVersions },
  RetireKeyVersion: { summary: 'Let an old version open nothing any more; it can be restored', load: loadOldVersions },
  CreateDatakey: { summary: 'Make a data key, in the clear and encrypted', load: loadData },
  CreateDatakeyWithoutPlaintext: { summary: 'Make a data key, encrypted only', load: loadData },
  CreateRandom: { summary: 'Make random bits', load: loadData },
  DecryptData: { summary: 'Decrypt what EncryptData encrypted', load: loadData },
  DecryptDatakey: { summary: 'Decrypt a data key', load: loadData },
  EncryptData: { summary: 'Encrypt up to 4096 bytes', load: loadData },
  EncryptDatakey: { summary: 'Encrypt a data key that the caller has', load: loadData },
  DeriveSharedSecret: { summary: 'Derive the secret that a key pair shares with the owner of a public key', load: loadSigning },
  GenerateMac: { summary: 'Make the authentication code of a message', load: loadSigning },
  ShowPublicKey: { summary: 'Tell the public half of an asymmetric key', load: loadSigning },
  Sign: { summary: 'Sign a message, or the digest of one, with a private key', load: loadSigning },
  ValidateSignature: { summary: 'Tell whether a signature is valid', load: loadSigning },
  VerifyMac: { summary: 'Tell whether an authentication code is valid', load: loadSigning },
  CreateEcDatakeyPair: { summary: 'Make a key pair on a curve, its private half encrypted and, if asked for, in the clear', load: loadDataKeyPairs },
  CreateRsaDatakeyPair: { summary: 'Make an RSA key pair, its private half encrypted and, if asked for, in the clear', load: loadDataKeyPairs },
  ReEncrypt: { summary: 'Decrypt with one key and encrypt with another, without showing what', load: loadReEncryption },
  CreateParametersForImport: { summary: 'Get the public key and the token with which material is imported', load: loadImport },
  DeleteImportedKeyMaterial: { summary: 'Take away the material of a key that was imported', load: loadImport },
  ImportKeyMaterial: { summary: 'Bring the material of a key', load: loadImport },
  AssociateAlias: { summary: 'Let an alias stand for another key', load: loadAliases },
  CreateAlias: { summary: 'Give a key one more name', load: loadAliases },
  DeleteAlias: { summary: 'Take aliases from a key', load: loadAliases },
  ListAliases: { summary: 'List the aliases of a key, or of the project, page by page', load: loadAliases },
  BatchCreateKmsTags: { summary: 'Put several tags on a key, or take them from it', load: loadTags },
  CreateKmsTag: { summary: 'Put a tag on a key, in place of an older one of that name', load: loadTags },
  DeleteTag: { summary: 'Take a tag from a key', load: loadTags },
  ListKmsByTags: { summary: 'List or count the keys of a project that have certain tags', load: loadTags },
  ListKmsTags: { summary: 'List the tags of all keys of a project, each name with its values', load: loadTags },
  ShowKmsTags: { summary: 'List the tags of a key', load: loadTags },
  CancelGrant: { summary: 'Take a grant back', load: loadGrants },
  CancelSelfGrant: { summary: 'Give a grant up, as its retiring principal or as a grantee with that right', load: loadGrants },
  CreateGrant: { summary: 'Let somebody use a key, also from another project or tenant', load: loadGrants },
  ListGrants: { summary: 'List the grants on a key, page by page', load: loadGrants },
  ListRetirableGrants: { summary: 'List the grants that the caller may give up as their retiring principal', load: loadGrants },
  CreateKeyPolicy: { summary: 'Make a policy that says where and when data key capsules open', load: loadKeyPolicies },
  DeleteKeyPolicy: { summary: 'Delete a key policy: capsules bound to it open no more', load: loadKeyPolicies },
  ListKeyPolicy: { summary: 'List the key policies of a trusted key space, page by page', load: loadKeyPolicies },
  ShowKeyPolicy: { summary: 'Tell all there is to know of a key policy', load: loadKeyPolicies },
  UpdateKeyPolicy: { summary: 'Change what a key policy says', load: loadKeyPolicies },
  CreateAccessPoint: { summary: 'Make an access point: whoever proves to be it may open data key capsules', load: loadAccessPoints },
  DeleteAccessPoint: { summary: 'Delete an access point', load: loadAccessPoints },
  DisableAccessPoint: { summary: 'Keep an access point from opening capsules', load: loadAccessPoints },
  DownloadAccessPointPrivateKey: { summary: 'Fetch the private key of a custom access point, once: it is not kept here', load: loadAccessPoints },
  EnableAccessPoint: { summary: 'Let an access point open capsules again', load: loadAccessPoints },
  ListAccessPoint: { summary: 'List the access points of a trusted key space, page by page', load: loadAccessPoints },
  CreateDatakeyCapsule: { summary: 'Make a data key in a capsule that opens only where a key policy allows', load: loadCapsules },
  DecryptDatakeyCapsule: { summary: 'Open a capsule, for an access point that its policy allows', load: loadCapsules },
  CreateKeyStore: { summary: 'Open a key store: keys made in it live and work inside a token', load: loadKeystores },
  CreatePin: { summary: 'Make a PIN: a data key made with it opens with it alone', load: loadKeystores },
  DeleteKeyStore: { summary: 'Close a key store that is disabled and has no keys', load: loadKeystores },
  DisableKeyStore: { summary: 'Suspend every use of the keys of a key store', load: loadKeystores },
  EnableKeyStore: { summary: 'Let the keys of a key store be used again', load: loadKeystores },
  ListKeyStores: { summary: 'List the key stores of a project, page by page', load: loadKeystores },
  ShowKeyStore: { summary: 'Tell all there is to know of a key store', load: loadKeystores },
  ListSupportRegions: { summary: 'List the regions that keys can be replicated to, this one included', load: loadRegions },
  ReceiveReplica: { summary: 'Take what another region sends of a key: a replica, new versions, or the primary role', load: loadRegions },
  ReplicateKey: { summary: 'Make a replica of a key in another region, which follows its rotations', load: loadRegions },
  UpdatePrimaryRegion: { summary: 'Let the replica of a key in another region become the one that rotates', load: loadRegions },
  EnsureDefaultKey: { summary: 'Tell the default key of a service in the project; make it at the first asking', load: loadDefaultKeys },
  CheckToken: { summary: 'Tell whether a token is valid', load: loadSignIn },
  CreateToken: { summary: 'Sign in', load: loadSignIn },
  ListAuthDomains: { summary: 'List the domains that a token could be scoped to', load: loadSignIn },
  ListAuthProjects: { summary: 'List the projects that a token could be scoped to', load: loadSignIn },
  ListProjects: { summary: 'List the projects one may use, by name if one is given', load: loadSignIn },
  ListRegions: { summary: 'List regions', load: loadSignIn },
  ListUsers: { summary: 'List users: oneself, or for an administrator those of the domain', load: loadSignIn },
  RevokeToken: { summary: 'Revoke a token', load: loadSignIn },
  ShowCatalog: { summary: 'List services and where they are', load: loadSignIn },
  ShowIdentityVersion: { summary: 'Tell the version of the identity API', load: loadSignIn },
  ShowProject: { summary: 'Tell about one project', load: loadSignIn },
  ShowToken: { summary: 'Tell what a token stands for', load: loadSignIn },
  ShowUser: { summary: 'Tell about one user', load: loadSignIn },
  ListAuditRecords: { summary: 'Read the audit log of the node that answers, the newest records first', load: loadAudit },
  ListSigningKeys: { summary: 'List the public keys that attestations and audit checkpoints are verified with', load: loadAudit },
  AdvanceClock: { summary: 'Let time pass on a virtual clock, with all that falls due on the way', load: loadServer },
  ConfirmClock: { summary: 'Say that the clock of this node is right, after a step beyond the limit', load: loadServer },
  ShowClock: { summary: 'Tell what time it is for keys, and which clock says so', load: loadServer },
  ShowVersion: { summary: 'Tell about one version of this API', load: loadVersions },
  ShowVersions: { summary: 'List the versions of this API', load: loadVersions },
}
