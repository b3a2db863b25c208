import { BACKUP_COMMANDS_ZH } from './backup-commands.ts'
import { CLIENT_COMMANDS_ZH } from './client-commands.ts'
import { IDENTITY_COMMANDS_ZH } from './identity-commands.ts'
import { PROOF_COMMANDS_ZH } from './proof-commands.ts'
import { SEAL_COMMANDS_ZH } from './seal-commands.ts'
import { SERVER_COMMANDS_ZH } from './server-commands.ts'

/** The whole help, in Chinese, of the commands that are no operations, by the words that call them. */
export const OWN_COMMANDS_ZH: Readonly<Record<string, () => string | Promise<string>>> = {
  ...SERVER_COMMANDS_ZH,
  ...BACKUP_COMMANDS_ZH,
  ...IDENTITY_COMMANDS_ZH,
  ...SEAL_COMMANDS_ZH,
  ...CLIENT_COMMANDS_ZH,
  ...PROOF_COMMANDS_ZH,
}
