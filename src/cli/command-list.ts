import type { OperationId } from '../contract/operations/index.ts'
import type { CommandEntry } from './command.ts'
import { OPERATION_ENTRIES } from './operation-fields/index.ts'
import { OPERATION_WORDS } from './operation-words.ts'

/** Commands that are no operation of a server, in the order of `--help`. */
const OWN_COMMANDS: readonly CommandEntry[] = [
  {
    words: 'serve',
    summary: 'run the server',
    load: async () => (await import('./serve-command.ts')).serveCommand,
  },
  {
    words: 'health',
    summary: 'say whether a server serves',
    load: async () => (await import('./health-command.ts')).healthCommand,
  },
  {
    words: 'audit verify',
    summary: 'say whether the audit log is whole',
    load: async () => (await import('./audit-commands.ts')).auditVerify,
  },
  {
    words: 'audit public-key',
    summary: 'print the public keys that audit logs and attestations are verified with',
    load: async () => (await import('./proof-commands.ts')).auditPublicKey,
  },
  {
    words: 'rotation verify-attestation',
    summary: 'say whether a statement about rotations is genuine, without a server',
    load: async () => (await import('./proof-commands.ts')).rotationVerifyAttestation,
  },
  {
    words: 'key old-versions',
    summary: 'say of all keys which old versions are still needed',
    load: async () => (await import('./old-versions-command.ts')).keyOldVersions,
  },
  {
    words: 'config check',
    summary: 'say whether the settings will do',
    load: async () => (await import('./config-commands.ts')).configCheck,
  },
  {
    words: 'config show',
    summary: 'print every setting and where its value comes from',
    load: async () => (await import('./config-commands.ts')).configShow,
  },
  {
    words: 'project create',
    summary: 'make a project',
    load: async () => (await import('./project-commands.ts')).projectCreate,
  },
  {
    words: 'user create',
    summary: 'make a user',
    load: async () => (await import('./user-commands.ts')).userCreate,
  },
  {
    words: 'user list',
    summary: 'list users and their roles',
    load: async () => (await import('./user-commands.ts')).userList,
  },
  {
    words: 'user password',
    summary: 'give a user another password; its tokens end',
    load: async () => (await import('./user-commands.ts')).userPassword,
  },
  {
    words: 'user delete',
    summary: 'remove a user with its access keys and roles',
    load: async () => (await import('./user-commands.ts')).userDelete,
  },
  {
    words: 'access-key create',
    summary: 'make an access key for a user',
    load: async () => (await import('./access-key-commands.ts')).accessKeyCreate,
  },
  {
    words: 'access-key delete',
    summary: 'remove an access key',
    load: async () => (await import('./access-key-commands.ts')).accessKeyDelete,
  },
  {
    words: 'role assign',
    summary: 'give a user a role, in a project or everywhere',
    load: async () => (await import('./role-commands.ts')).roleAssign,
  },
  {
    words: 'role remove',
    summary: 'take a role from a user',
    load: async () => (await import('./role-commands.ts')).roleRemove,
  },
  {
    words: 'policy put',
    summary: 'store a policy, in place of an older one of that name',
    load: async () => (await import('./policy-commands.ts')).policyPut,
  },
  {
    words: 'policy delete',
    summary: 'remove a policy, also from those who had it',
    load: async () => (await import('./policy-commands.ts')).policyDelete,
  },
  {
    words: 'events list',
    summary: 'show events that wait to be delivered',
    load: async () => (await import('./event-commands.ts')).eventsList,
  },
  {
    words: 'events test',
    summary: 'send an event to the webhook, to see that it arrives',
    load: async () => (await import('./event-commands.ts')).eventsTest,
  },
  {
    words: 'events discard',
    summary: 'give up events that wait to be delivered',
    load: async () => (await import('./event-commands.ts')).eventsDiscard,
  },
  {
    words: 'root create',
    summary: 'make a root key file, for several nodes on one store',
    load: async () => (await import('./root-commands.ts')).rootCreate,
  },
  {
    words: 'root rotate',
    summary: 'change the root key while servers go on, and rewrap every record',
    load: async () => (await import('./rotate-commands.ts')).rootRotate,
  },
  {
    words: 'root retire',
    summary: 'drop the old root keys after a change',
    load: async () => (await import('./rotate-commands.ts')).rootRetire,
  },
  {
    words: 'root status',
    summary: 'say which root key is current, and what is under which',
    load: async () => (await import('./rotate-commands.ts')).rootStatusCommand,
  },
  {
    words: 'seal create',
    summary: 'make a root key that a seal keeps, before the first start',
    load: async () => (await import('./seal-commands.ts')).sealCreate,
  },
  {
    words: 'seal status',
    summary: 'say what keeps the root key, and whether a server is sealed',
    load: async () => (await import('./seal-commands.ts')).sealStatus,
  },
  {
    words: 'seal unseal',
    summary: 'give a sealed server what opens its seal',
    load: async () => (await import('./seal-commands.ts')).sealUnseal,
  },
  {
    words: 'seal migrate',
    summary: 'move the root key to another seal, or another passphrase',
    load: async () => (await import('./seal-commands.ts')).sealMigrate,
  },
  {
    words: 'store copy',
    summary: 'copy all data from SQLite to PostgreSQL or back, and compare',
    load: async () => (await import('./store-commands.ts')).storeCopy,
  },
  {
    words: 'store verify',
    summary: 'say which keys and versions something else than Keyturn changed',
    load: async () => (await import('./store-verify-command.ts')).storeVerify,
  },
  {
    words: 'backup create',
    summary: 'write an encrypted backup of the store, also while servers run',
    load: async () => (await import('./backup-commands.ts')).backupCreate,
  },
  {
    words: 'backup verify',
    summary: 'say whether a backup is whole and every key in it opens',
    load: async () => (await import('./backup-commands.ts')).backupVerify,
  },
  {
    words: 'backup restore',
    summary: 'put the store back from a backup',
    load: async () => (await import('./backup-commands.ts')).backupRestore,
  },
  {
    words: 'doctor',
    summary: 'look at an installation and say what is wrong',
    load: async () => (await import('./doctor-command.ts')).doctor,
  },
  {
    words: 'rehearse',
    summary: 'show on a clock that runs ahead what will rotate when',
    load: async () => (await import('./rehearse-command.ts')).rehearse,
  },
  {
    words: 'encrypt-file',
    summary: 'encrypt a file of any size under a data key of its own',
    load: async () => (await import('./file-commands.ts')).encryptFile,
  },
  {
    words: 'decrypt-file',
    summary: 'decrypt what encrypt-file made',
    load: async () => (await import('./file-commands.ts')).decryptFile,
  },
  {
    words: 'configure',
    summary: 'store where a server is and who signs in, under a name',
    load: async () => (await import('./configure-commands.ts')).configure,
  },
  {
    words: 'configure list',
    summary: 'list what is stored',
    load: async () => (await import('./configure-commands.ts')).configureList,
  },
  {
    words: 'configure show',
    summary: 'print what is stored under a name, but no secrets',
    load: async () => (await import('./configure-commands.ts')).configureShow,
  },
  {
    words: 'configure remove',
    summary: 'forget what is stored under a name',
    load: async () => (await import('./configure-commands.ts')).configureRemove,
  },
  {
    words: 'completion',
    summary: 'print a script that lets a shell complete commands and flags',
    load: async () => (await import('./completion-command.ts')).completionCommand(COMMANDS),
  },
  {
    words: 'version',
    summary: 'print the version',
    load: async () => (await import('./version-command.ts')).versionCommand,
  },
]

/** The commands of operations. */
const OPERATION_COMMANDS: readonly CommandEntry[] = (
  Object.keys(OPERATION_WORDS) as OperationId[]
).map((id) => ({
  words: OPERATION_WORDS[id].words,
  summary: OPERATION_ENTRIES[id].summary,
  operation: id,
  load: async () => (await import('./operation-command.ts')).operationCommand(id),
}))

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandEntry[] = [...OWN_COMMANDS, ...OPERATION_COMMANDS]
