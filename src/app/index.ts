import {
  createAccessPoint,
  deleteAccessPoint,
  disableAccessPoint,
  downloadAccessPointPrivateKey,
  enableAccessPoint,
  listAccessPoint,
} from './access-points.ts'
import { associateAlias, createAlias, deleteAlias, listAliases } from './aliases.ts'
import { showRotationAttestation } from './attest-rotation.ts'
import { listAuditRecords } from './audit-records.ts'
import { createDatakeyCapsule, decryptDatakeyCapsule } from './capsules.ts'
import { advanceClock, showClock } from './clock.ts'
import { createKey, ensureDefaultKey } from './create-key.ts'
import { createEcDatakeyPair, createRsaDatakeyPair } from './data-key-pairs.ts'
import {
  createDatakey,
  createDatakeyWithoutPlaintext,
  decryptDatakey,
  encryptDatakey,
} from './data-keys.ts'
import {
  cancelGrant,
  cancelSelfGrant,
  createGrant,
  listGrants,
  listRetirableGrants,
} from './grants.ts'
import type { Handlers } from './handler.ts'
import {
  listAuthDomains,
  listAuthProjects,
  listProjects,
  listRegions,
  listUsers,
  showCatalog,
  showIdentityVersion,
  showProject,
  showUser,
} from './identity-lookups.ts'
import {
  createParametersForImport,
  deleteImportedKeyMaterial,
  importKeyMaterial,
} from './import-material.ts'
import {
  cancelKeyDeletion,
  deleteKey,
  disableKey,
  enableKey,
  updateKeyAlias,
  updateKeyDescription,
} from './key-life.ts'
import {
  createKeyPolicy,
  deleteKeyPolicy,
  listKeyPolicy,
  showKeyPolicy,
  updateKeyPolicy,
} from './key-policies.ts'
import { listKeyVersions, searchKeys, showKeyRow } from './key-table.ts'
import {
  createKeyStore,
  deleteKeyStore,
  disableKeyStore,
  enableKeyStore,
  listKeyStores,
  showKeyStore,
} from './keystores.ts'
import { listKeyDetail, listKeys, showUserInstances, showUserQuotas } from './list-keys.ts'
import { createPin } from './pins.ts'
import { createRandom } from './random-data.ts'
import { reEncrypt } from './re-encrypt.ts'
import { receiveReplica } from './receive-replica.ts'
import { listSupportRegions, replicateKey, updatePrimaryRegion } from './regions.ts'
import {
  disableKeyRotation,
  enableKeyRotation,
  listRotationEvents,
  rotateOnDemand,
  showKeyRotationStatus,
  updateKeyRotationInterval,
} from './rotation.ts'
import { listProjectRotationEvents, showRotationOverview } from './rotation-calendar.ts'
import { setRotationLimits, showRotationLimits } from './rotation-limits.ts'
import {
  deriveSharedSecret,
  generateMac,
  showPublicKey,
  sign,
  validateSignature,
  verifyMac,
} from './sign.ts'
import { listSigningKeys } from './signing-keys.ts'
import { decryptData, encryptData } from './small-data.ts'
import {
  batchCreateKmsTags,
  createKmsTag,
  deleteTag,
  listKmsByTags,
  listKmsTags,
  showKmsTags,
} from './tags.ts'
import { checkToken, createToken, revokeToken, showToken } from './tokens.ts'
import { showVersion, showVersions } from './versions.ts'

/** What does the work of each operation. */
export const HANDLERS: Handlers = {
  CreateKey: createKey,
  EnableKey: enableKey,
  DisableKey: disableKey,
  DeleteKey: deleteKey,
  CancelKeyDeletion: cancelKeyDeletion,
  UpdateKeyAlias: updateKeyAlias,
  UpdateKeyDescription: updateKeyDescription,
  ListKeys: listKeys,
  ListKeyDetail: listKeyDetail,
  SearchKeys: searchKeys,
  ShowKeyRow: showKeyRow,
  ListKeyVersions: listKeyVersions,
  ListProjectRotationEvents: listProjectRotationEvents,
  ShowRotationOverview: showRotationOverview,
  ShowRotationLimits: showRotationLimits,
  SetRotationLimits: setRotationLimits,
  ListAuditRecords: listAuditRecords,
  ListSigningKeys: listSigningKeys,
  ShowUserInstances: showUserInstances,
  ShowUserQuotas: showUserQuotas,
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
  UpdateKeyRotationInterval: updateKeyRotationInterval,
  RotateOnDemand: rotateOnDemand,
  ShowKeyRotationStatus: showKeyRotationStatus,
  ListRotationEvents: listRotationEvents,
  ShowRotationAttestation: showRotationAttestation,
  CreateRandom: createRandom,
  CreateDatakey: createDatakey,
  CreateDatakeyWithoutPlaintext: createDatakeyWithoutPlaintext,
  EncryptDatakey: encryptDatakey,
  DecryptDatakey: decryptDatakey,
  EncryptData: encryptData,
  DecryptData: decryptData,
  CreateRsaDatakeyPair: createRsaDatakeyPair,
  CreateEcDatakeyPair: createEcDatakeyPair,
  ReEncrypt: reEncrypt,
  Sign: sign,
  ValidateSignature: validateSignature,
  ShowPublicKey: showPublicKey,
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
  DeriveSharedSecret: deriveSharedSecret,
  CreateParametersForImport: createParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
  CreateGrant: createGrant,
  CancelGrant: cancelGrant,
  CancelSelfGrant: cancelSelfGrant,
  ListGrants: listGrants,
  ListRetirableGrants: listRetirableGrants,
  CreateAlias: createAlias,
  AssociateAlias: associateAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
  CreateKmsTag: createKmsTag,
  BatchCreateKmsTags: batchCreateKmsTags,
  DeleteTag: deleteTag,
  ShowKmsTags: showKmsTags,
  ListKmsTags: listKmsTags,
  ListKmsByTags: listKmsByTags,
  CreateKeyPolicy: createKeyPolicy,
  ShowKeyPolicy: showKeyPolicy,
  ListKeyPolicy: listKeyPolicy,
  UpdateKeyPolicy: updateKeyPolicy,
  DeleteKeyPolicy: deleteKeyPolicy,
  CreateAccessPoint: createAccessPoint,
  ListAccessPoint: listAccessPoint,
  EnableAccessPoint: enableAccessPoint,
  DisableAccessPoint: disableAccessPoint,
  DeleteAccessPoint: deleteAccessPoint,
  DownloadAccessPointPrivateKey: downloadAccessPointPrivateKey,
  CreateDatakeyCapsule: createDatakeyCapsule,
  DecryptDatakeyCapsule: decryptDatakeyCapsule,
  CreateKeyStore: createKeyStore,
  ListKeyStores: listKeyStores,
  ShowKeyStore: showKeyStore,
  EnableKeyStore: enableKeyStore,
  DisableKeyStore: disableKeyStore,
  DeleteKeyStore: deleteKeyStore,
  CreatePin: createPin,
  ListSupportRegions: listSupportRegions,
  ReplicateKey: replicateKey,
  UpdatePrimaryRegion: updatePrimaryRegion,
  ReceiveReplica: receiveReplica,
  EnsureDefaultKey: ensureDefaultKey,
  ShowVersions: showVersions,
  ShowVersion: showVersion,
  CreateToken: createToken,
  ShowToken: showToken,
  CheckToken: checkToken,
  RevokeToken: revokeToken,
  ListProjects: listProjects,
  ShowProject: showProject,
  ListAuthProjects: listAuthProjects,
  ListAuthDomains: listAuthDomains,
  ShowCatalog: showCatalog,
  ListUsers: listUsers,
  ShowUser: showUser,
  ListRegions: listRegions,
  ShowIdentityVersion: showIdentityVersion,
  ShowClock: showClock,
  AdvanceClock: advanceClock,
}
