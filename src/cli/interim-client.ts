import { readFileSync } from 'node:fs'
import { type Client, createClient } from '../client/index.ts'
import type { CommandIo } from './command.ts'

/** Flags that say where the server is and who calls. */
export const CONNECTION_OPTIONS = {
  endpoint: { type: 'string' },
} as const

/** What `--help` says of them. */
export const CONNECTION_HELP = '  --endpoint URL\n        the server'

/** A client of the server that the flags name. */
export async function openClient(
  flags: { readonly endpoint?: string | undefined },
  _io: CommandIo,
): Promise<Client> {
  const file = JSON.parse(readFileSync('./keyturn-data/bootstrap-credentials.json', 'utf8'))
  return createClient({
    endpoint: flags.endpoint ?? file.endpoint,
    projectId: file.project_id,
    credentials: { kind: 'password', userId: file.user_id, password: file.password },
  })
}
