import { createClient } from '../client/index.ts'
import { CALLS } from '../client/operations/call-table.ts'
import { signInRequest } from '../client/sign-in.ts'
import type { OperationId } from '../contract/operations/index.ts'
import { type Command, type CommandIo, EXIT } from './command.ts'
import { connectionOf } from './connection/open-client.ts'
import { HELP_WORDS_EN } from './help-words.ts'
import { withKeyIds } from './key-names.ts'
import type { OperationFacts } from './operation-field.ts'
import { OPERATION_ENTRIES } from './operation-fields/index.ts'
import { type OperationCall, readCall } from './operation-flags.ts'
import { operationHelp } from './operation-help.ts'
import { OPERATION_WORDS, type OperationWords } from './operation-words.ts'
import { outputForm, printReply } from './output/print-reply.ts'
import { terminalWordsFor } from './terminal-words.ts'
import { type AnyCall, type Members, wholeList } from './whole-list.ts'

/** The member that signs in. */
const AUTH = 'auth'

/** The command of an operation. */
export async function operationCommand(id: OperationId): Promise<Command> {
  const facts = await factsOf(id)
  const words: OperationWords = OPERATION_WORDS[id]
  return {
    help: () => operationHelp(id, facts, words, HELP_WORDS_EN),
    async run(args, io) {
      const call = await readCall(facts, words, args, io)
      const form = outputForm(call.output, io)
      await printReply(await answer(id, facts, words, call, io), form, io, words.columns)
      return EXIT.ok
    },
  }
}

/** What the help of an operation's command is made from. */
export async function factsOf(id: OperationId): Promise<OperationFacts> {
  const facts = (await OPERATION_ENTRIES[id].load())[id]
  if (facts === undefined) throw new Error(`${id} has no facts: npm run docs makes them`)
  return facts
}

async function answer(
  id: OperationId,
  facts: OperationFacts,
  words: OperationWords,
  { connection, members, isAll }: OperationCall,
  io: CommandIo,
): Promise<Members> {
  const method = methodOf(id)
  const signsIn = words.signsIn === true && members[AUTH] === undefined
  const isOpen = CALLS[method].open === true && !signsIn
  const options = await connectionOf(connection, io, isOpen ? 'anybody' : 'somebody')
  const made = signsIn ? signInRequest(options.credentials, options.projectId) : {}
  const client = createClient(options)
  // Flags were made from the same row as the method: its request holds these members, and no other.
  const call = client[method] as unknown as AnyCall
  const request = await withKeyIds(client, { ...made, ...members }, await terminalWordsFor(io))
  return isAll ? wholeList(call, facts, request) : call(request)
}

function methodOf(id: OperationId): keyof typeof CALLS {
  return (id.charAt(0).toLowerCase() + id.slice(1)) as keyof typeof CALLS // made from the same ids
}
