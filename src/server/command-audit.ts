import { hostname, userInfo } from 'node:os'
import { randomHex } from '../crypto/random.ts'
import { type AuditActor, type AuditRecord, COMMAND_LINE } from '../ports/audit-log.ts'
import { systemClock } from '../ports/clock.ts'
import { appendToCommandChain, type CommandChain } from './command-chain.ts'

/** Commands whose records stand in the audit log, by their words. */
export type AuditedCommand =
  | 'access-key create'
  | 'access-key delete'
  | 'backup create'
  | 'backup restore'
  | 'events discard'
  | 'policy delete'
  | 'policy put'
  | 'project create'
  | 'role assign'
  | 'role remove'
  | 'root retire'
  | 'root rotate'
  | 'seal migrate'
  | 'store copy'
  | 'user create'
  | 'user delete'
  | 'user password'

type Detail = Readonly<Record<string, string | number>>

/** What a command is about to do. */
export interface CommandFacts {
  readonly command: AuditedCommand
  /** The tenant that it is about; left out where it is about all of the store. */
  readonly tenantId?: string
  /** The project, if it is about one alone. */
  readonly projectId?: string | undefined
  /** Ids and names, never a secret. */
  readonly detail?: Detail
}

/** What came of it, besides that it ended. */
export interface CommandEnd {
  readonly detail?: Detail
  /** Whether it found that something is wrong, and says so itself. */
  readonly isFailed?: boolean
}

/** A command is not done, or it was done and its end is not in the audit log. */
export class NotAudited extends Error {
  override readonly name = 'NotAudited'
  readonly moment: 'before' | 'after'

  constructor(moment: NotAudited['moment'], cause: unknown) {
    super(`the audit log does not take the command, ${moment} it`, { cause })
    this.moment = moment
  }
}

/** Opens the chain of commands for one record; `isDone` for the last of a command that did its work. */
export type OpenChain = (
  isDone: boolean,
) => Promise<CommandChain & { readonly close: () => Promise<void> }>

/**
 * Does what a command does to a store, with a record before and one after. Killed in between, it leaves the
 * first, which says that it was begun.
 *
 * @throws {NotAudited} `before`, then nothing was done; `after`, then it was
 */
export async function auditing<T>(
  open: OpenChain,
  facts: CommandFacts,
  work: () => Promise<T>,
  endOf: (result: T) => CommandEnd = () => ({}),
): Promise<T> {
  const call = randomHex(16)
  const note = async (step: Step, moment: NotAudited['moment']) => {
    const chain = await open(step.status === 200)
    try {
      await appendToCommandChain(chain, recordOf(call, facts, step))
    } catch (cause) {
      throw new NotAudited(moment, cause)
    } finally {
      await chain.close()
    }
  }
  await note({ name: 'begun', status: 0 }, 'before')
  let result: T
  try {
    result = await work()
  } catch (error) {
    // What went wrong is told in any case; without its end the record says that it was begun.
    await note(failure(error), 'after').catch(() => undefined)
    throw error
  }
  const { detail, isFailed } = endOf(result)
  const end: Step = isFailed
    ? { name: 'failed', status: 500, detail }
    : { name: 'done', status: 200, detail }
  try {
    await note(end, 'after')
  } catch (error) {
    throw error instanceof NotAudited ? error : new NotAudited('after', error)
  }
  return result
}

interface Step {
  readonly name: 'begun' | 'done' | 'refused' | 'failed'
  /** As of a reply: so a reader finds what was refused and what failed. */
  readonly status: 0 | 200 | 400 | 500
  readonly code?: string
  readonly detail?: Detail | undefined
}

/** Names of the errors by which a command refuses to begin, changing nothing. */
const REFUSALS: ReadonlySet<string> = new Set([
  'CopyRefusal',
  'HeldByAnother',
  'Mistake',
  'NodesNotReady',
  'RefusedBackup',
  'RetireRefusal',
  'SettingsError',
])

/** Errors by what they are called alone: what they say may hold anything. */
function failure(error: unknown): Step {
  if (!(error instanceof Error)) return { name: 'failed', status: 500 }
  const code = 'kind' in error && typeof error.kind === 'string' ? error.kind : error.name
  return REFUSALS.has(error.name)
    ? { name: 'refused', status: 400, code }
    : { name: 'failed', status: 500, code }
}

function recordOf(call: string, facts: CommandFacts, step: Step): AuditRecord {
  const { command, tenantId = '', projectId, detail } = facts
  return {
    at: systemClock.now(),
    requestId: call,
    operation: command,
    actor: actorOf(tenantId),
    projectId,
    keyId: undefined,
    keyVersion: undefined,
    status: step.status,
    code: step.code,
    source: undefined,
    detail: { step: step.name, host: hostname(), ...sudoUser(), ...detail, ...step.detail },
  }
}

/** The user of this process, by the system. */
function actorOf(tenantId: string): AuditActor {
  const uid = process.getuid?.()
  const userId = uid === undefined ? '' : `uid:${uid}`
  return { userId, userName: nameOfUser(), tenantId, credential: COMMAND_LINE }
}

/** Where a container has users without names, there is none. */
function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

/** Who became root, as sudo says: the caller could have said otherwise. */
function sudoUser(): Detail {
  const name = process.env['SUDO_USER']
  return name !== undefined && /^[\w.@-]{1,64}$/.test(name) ? { sudo: name } : {}
}
