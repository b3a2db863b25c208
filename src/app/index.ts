import { advanceClock, showClock } from './clock.ts'
import { createKey } from './create-key.ts'
import {
  createDatakey,
  createDatakeyWithoutPlaintext,
  decryptDatakey,
  encryptDatakey,
} from './data-keys.ts'
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
  cancelKeyDeletion,
  deleteKey,
  disableKey,
  enableKey,
  updateKeyAlias,
  updateKeyDescription,
} from './key-life.ts'
import { listKeyDetail, listKeys, showUserInstances, showUserQuotas } from './list-keys.ts'
import { createRandom } from './random-data.ts'
import {
  disableKeyRotation,
  enableKeyRotation,
  listRotationEvents,
  rotateOnDemand,
  showKeyRotationStatus,
  updateKeyRotationInterval,
} from './rotation.ts'
import { decryptData, encryptData } from './small-data.ts'
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
  ShowUserInstances: showUserInstances,
  ShowUserQuotas: showUserQuotas,
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
  UpdateKeyRotationInterval: updateKeyRotationInterval,
  RotateOnDemand: rotateOnDemand,
  ShowKeyRotationStatus: showKeyRotationStatus,
  ListRotationEvents: listRotationEvents,
  CreateRandom: createRandom,
  CreateDatakey: createDatakey,
  CreateDatakeyWithoutPlaintext: createDatakeyWithoutPlaintext,
  EncryptDatakey: encryptDatakey,
  DecryptDatakey: decryptDatakey,
  EncryptData: encryptData,
  DecryptData: decryptData,
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
