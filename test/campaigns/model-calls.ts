import { randomBytes } from 'node:crypto'
import { keyState } from '../../src/contract/fields.ts'
import type { KeyId } from '../../src/core/ids.ts'
import { addDays, days, type EpochMs } from '../../src/core/time.ts'
import { parseCiphertext } from '../../src/crypto/ciphertext.ts'
import type { Storage } from '../../src/ports/storage.ts'
import type { Json } from '../server.ts'
import type { Answer, CallLine } from './call-line.ts'
import {
  descriptionText,
  grantsText,
  type KeyAction,
  type KeyOperation,
  LONG_DAYS,
  rotationText,
} from './key-model.ts'
import type { Grantee, ModelKey } from './model-ground.ts'

/** A client at one node. */
export interface ModelClient {
  readonly node: string
  readonly line: CallLine
  readonly projectId: string
  /** Of the administrator, who owns the keys. */
  readonly token: string
}

/** What one history is about. */
export interface Life {
  readonly key: ModelKey
  readonly grantee: Grantee
  readonly storage: Storage
  /** Grants that were answered, with their ids: only these can be taken back. */
  readonly granted: { readonly name: string; readonly id: string }[]
}

/** What came of an action, and when it was asked and answered, by `performance.now()`. */
export interface Lived {
  readonly action: KeyAction
  /** Undefined: nobody was told whether it was done. */
  readonly outcome: string | undefined
  readonly sentAtMs: number
  readonly doneAtMs: number
}

/** The store did not answer in time: what was asked for may have been done, or be done yet. */
const IO_ERROR = 'KMS.0102'
/** Of a grant that there never was. */
const NO_GRANT = 'none'

/** Does it. */
export async function act(client: ModelClient, life: Life, wanted: KeyAction): Promise<Lived> {
  const { operation } = wanted
  if (operation === 'age-period') return agePeriod(wanted, life)
  const isTakingBack = operation === 'revoke-grant' || operation === 'retire-grant'
  const grant = isTakingBack ? life.granted[wanted.days % life.granted.length] : undefined
  const action = isTakingBack ? { ...wanted, grant: grant?.name ?? NO_GRANT } : wanted
  const answer = await client.line.call(requestOf(client, life, action, grant?.id))
  const { sentAtMs, doneAtMs, status, code, failure, body } = answer
  if (operation === 'create-grant' && status === 200) {
    life.granted.push({ name: `g${action.days}`, id: body.grant_id })
  }
  const isUnknown = status === 0 || code === IO_ERROR
  const known = status === 200 ? outcomeOf(operation, body) : code || `${status} ${failure}`
  return { action, outcome: isUnknown ? undefined : known, sentAtMs, doneAtMs }
}

/** Sets back the period of a key that rotates, so that it is due; nobody is told of it. */
async function agePeriod(action: KeyAction, { key, storage }: Life): Promise<Lived> {
  const sentAtMs = performance.now()
  const periodStart = addDays(Date.now() as EpochMs, days(-LONG_DAYS))
  for (;;) {
    const seen = await storage.keys.find(key.keyId as KeyId)
    if (seen === undefined) throw new Error('the key is gone')
    const { schedule } = seen.key
    if (schedule.kind === 'off') break
    const aged = { ...seen.key, schedule: { ...schedule, periodStart } }
    if ((await storage.keys.replace(seen, aged)) === 'replaced') break
  }
  return { action, outcome: '', sentAtMs, doneAtMs: performance.now() }
}

function requestOf(
  { projectId, token }: ModelClient,
  { key: { keyId: key_id, prefix, oldText }, grantee }: Life,
  { operation, days: count }: KeyAction,
  grantId: string | undefined,
): Parameters<CallLine['call']>[0] {
  const kms = (path: string, more: object = {}) => ({
    path: `/v1.0/${projectId}/kms/${path}`,
    token,
    body: { key_id, ...more },
  })
  const versions = `/keyturn/v1/${projectId}/keys/${key_id}/versions`
  switch (operation) {
    case 'update-key-alias':
      return kms(operation, { key_alias: `${prefix}${count}` })
    case 'update-key-description':
      return kms(operation, { key_description: `${count}` })
    case 'update-key-rotation-interval':
      return kms(operation, { rotation_interval: count })
    case 'schedule-key-deletion':
      return kms(operation, { pending_days: '7' })
    case 'encrypt-data':
      return kms(operation, { plain_text: 'model' })
    case 'encrypt-as-grantee':
      return { ...kms('encrypt-data', { plain_text: 'model' }), token: grantee.token }
    case 'decrypt-old':
      return { ...kms('decrypt-data'), body: { cipher_text: oldText } }
    case 'create-grant': {
      const operations = ['encrypt-data', 'retire-grant']
      return kms(operation, { name: `g${count}`, grantee_principal: grantee.id, operations })
    }
    case 'revoke-grant':
      return kms(operation, { grant_id: grantId ?? randomBytes(32).toString('hex') })
    case 'retire-grant':
      return kms(operation, { grant_id: grantId ?? randomBytes(32).toString('hex') })
    case 'retire-old':
      return {
        path: `${versions}/1/retire`,
        token,
        body: { re_encrypted: 'model', unused_days: 1 },
      }
    case 'restore-old':
      return { path: `${versions}/1/restore`, token, body: {} }
    case 'list-versions':
      return { method: 'GET', path: versions, token }
    default:
      return kms(operation)
  }
}

function outcomeOf(operation: KeyOperation, body: Answer['body']): string {
  switch (operation) {
    case 'describe-key': {
      const { key_state, key_alias, key_description } = body.key_info
      const alias = String(key_alias).replace(/^model-[0-9x]+-/, '')
      return descriptionText(`${keyState.decode(key_state)}`, alias, key_description)
    }
    case 'get-key-rotation-status': {
      const { key_rotation_enabled: isOn, rotation_interval, number_of_rotations } = body
      return rotationText(isOn, rotation_interval, number_of_rotations)
    }
    case 'encrypt-data':
    case 'encrypt-as-grantee': {
      const parsed = parseCiphertext(Buffer.from(body.cipher_text, 'base64'))
      return parsed.kind === 'ok' ? `version ${parsed.ciphertext.version}` : parsed.kind
    }
    case 'decrypt-old':
      return body.plain_text === 'old' ? 'opened' : `opened to ${body.plain_text}`
    case 'list-grants':
      return grantsText(body.grants.map(({ name }: Json) => name))
    case 'list-versions':
      return body.versions.at(-1).state
    default:
      return ''
  }
}
