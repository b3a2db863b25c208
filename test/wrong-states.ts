// What must not compile. Each line below is an error, and `@ts-expect-error` fails if it ever is not.
import { HANDLERS } from '../src/app/index.ts'
import { type Client, createClient, pages } from '../src/client/index.ts'
import type { RequestFor } from '../src/contract/operations/index.ts'
import { type FaultKind, fault } from '../src/core/fault.ts'
import { type KeyId, type ProjectId, parseKeyId, type UserId } from '../src/core/ids.ts'
import type { Key } from '../src/core/key.ts'
import { scheduleDeletion } from '../src/core/key-state.ts'
import { changeRotationInterval } from '../src/core/rotation.ts'
import { days, type EpochMs } from '../src/core/time.ts'
import { SecretBytes } from '../src/crypto/secret-bytes.ts'
import { SUITES } from '../src/crypto/suite.ts'
import { COPIED_TABLES, type CopiedTables } from '../src/storage/copy/tables.ts'

declare const key: Key
declare const now: EpochMs
declare const userId: UserId
declare const request: RequestFor<'EncryptData'>
declare const client: Client

// @ts-expect-error text is no key id before it was parsed
const fromText: KeyId = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
// @ts-expect-error parsing may fail
const unchecked: KeyId = parseKeyId('x')
// @ts-expect-error one kind of id is not the other
const mixedUp: ProjectId = userId
// @ts-expect-error a bare number is no number of days
scheduleDeletion(key, 7, now)
// @ts-expect-error milliseconds are no days
changeRotationInterval(key, now)
// @ts-expect-error a fault carries its facts
fault('alias-taken', { keyId: 'x' }, undefined, 'more')
// @ts-expect-error and none may be missing
fault('key-not-found')
// @ts-expect-error a key waiting for its deletion says until when
const noDate: Key = { ...key, state: { kind: 'pendingDeletion' } }
// @ts-expect-error an enabled key has no date of deletion
const enabled: Key = { ...key, state: { kind: 'enabled', deleteAt: now } }
// @ts-expect-error rotation that is on has an interval
const noInterval: Key = { ...key, schedule: { kind: 'on', periodStart: now } }
// @ts-expect-error keys are replaced, never changed
key.alias = 'other'
// @ts-expect-error a request has only what its row says
const unknownField = request.pending_days
// @ts-expect-error every operation has a handler
const incomplete: typeof HANDLERS = { CreateKey: HANDLERS.CreateKey }
// @ts-expect-error a suite is for a key spec that exists
const noSuite = SUITES.DES
// @ts-expect-error a secret is no bytes
const bytes: Uint8Array = new SecretBytes(new Uint8Array(1))
// @ts-expect-error and no text
const text: string = new SecretBytes(new Uint8Array(1))
// @ts-expect-error faults are declared
const invented: FaultKind = 'out-of-luck'
// @ts-expect-error every table of the store is copied
const forgotten: CopiedTables = { meta: COPIED_TABLES.meta }
// @ts-expect-error and is read by columns that it has
const noColumn: CopiedTables = { ...COPIED_TABLES, meta: { key: ['id'] } }
// @ts-expect-error a request has what its operation needs
void client.encryptData({ key_id: 'x' })
// @ts-expect-error and nothing else
void client.encryptData({ key_id: 'x', plain_text: 'x', plaintext: 'x' })
// @ts-expect-error a key is of a spec that exists
void client.createKey({ key_alias: 'x', key_spec: 'DES' })
// @ts-expect-error a state is one of the wire's digits
void client.searchKeys({ key_state: 'enabled' })
// @ts-expect-error only what has a marker has pages
void pages(client.showKmsTags, { key_id: 'x' })
// @ts-expect-error and the request for a page is one of that operation
void pages(client.listAliases, { alias: 'x' })
// @ts-expect-error a password is somebody's
createClient({ endpoint: 'x', credentials: { kind: 'password', password: 'x' } })
// @ts-expect-error an access key has two halves
createClient({ endpoint: 'x', credentials: { kind: 'accessKey', accessKey: 'x' } })

void [fromText, unchecked, mixedUp, noDate, enabled, noInterval, unknownField, incomplete]
void [noSuite, bytes, text, invented, forgotten, noColumn, days(1)]
