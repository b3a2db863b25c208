import type { SignedIn } from '../app/handler.ts'
import type { Caller } from '../core/caller.ts'
import type { EpochMs } from '../core/time.ts'
import type { AuditActor, AuditRecord } from '../ports/audit-log.ts'
import type { Exchange } from './pipeline.ts'
import type { Outcome } from './reply.ts'

/** What the audit log says of a request. */
export function auditRecord(exchange: Exchange, outcome: Outcome, at: EpochMs): AuditRecord {
  const { context, route, caller } = exchange
  return {
    at,
    requestId: context.requestId,
    operation: route?.id,
    actor: caller ? actorOf(caller) : context.signedIn && newcomer(context.signedIn),
    projectId: caller?.project?.id,
    keyId: context.keyId,
    keyVersion: context.keyVersion,
    keyProjectId: context.keyProjectId,
    opened: context.reopened,
    status: outcome.status,
    code: outcome.code,
    source: context.source,
  }
}

function newcomer({ userId, userName, tenantId, method }: SignedIn): AuditActor {
  return { userId, userName, tenantId, credential: method }
}

const actors = new WeakMap<Caller, AuditActor>()

/** Who a caller is, for the audit log. */
function actorOf(caller: Caller): AuditActor {
  let actor = actors.get(caller)
  if (actor === undefined) {
    const { credential } = caller
    actor = {
      userId: caller.userId,
      userName: caller.userName,
      tenantId: caller.tenantId,
      credential: credential.kind === 'token' ? 'token' : credential.accessKeyId,
    }
    actors.set(caller, actor)
  }
  return actor
}
