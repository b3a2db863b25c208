import { Type } from 'typebox'
import { oneOf, optional, plain } from '../field.ts'
import { epochMsText, keyId, number, pageLimit, text, textOf } from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { needs, operation } from '../operation.ts'

/** Most records on a page. */
const MAX_PAGE_RECORDS = 200

const word = optional(textOf({ minLength: 1, maxLength: 255 }))

export const ListAuditRecords = operation({
  id: 'ListAuditRecords',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/{project_id}/audit-records',
  access: needs('keyturn:audit:list'),
  summary: 'Read the audit log of the node that answers, the newest records first',
  query: {
    /** Milliseconds since 1970, inclusive. */
    from: optional(epochMsText),
    /** Milliseconds since 1970, exclusive. */
    to: optional(epochMsText),
    operation: word,
    /** Name or id of a user. */
    user: word,
    key_id: optional(keyId),
    request_id: word,
    outcome: optional(oneOf(['allowed', 'refused', 'failed'])),
    limit: optional(pageLimit(MAX_PAGE_RECORDS)),
    marker: optional(plain(Type.String({ maxLength: 2000 }))),
  },
  response: {
    records: listOf(
      objectOf({
        chain: text,
        number: number,
        time: epochMsText,
        request_id: text,
        operation: optional(text),
        user_id: optional(text),
        user_name: optional(text),
        credential: optional(text),
        /** Domain and project of somebody of another project who used a key of this one by a grant. */
        user_domain_id: optional(text),
        user_project_id: optional(text),
        key_id: optional(text),
        key_version: optional(number),
        /** The key that something was opened by, when another key protects it anew. */
        opened_key_id: optional(text),
        opened_key_version: optional(number),
        /** HTTP status; 0 for work that no request asked for. */
        status: number,
        error_code: optional(text),
        source: optional(text),
        detail: optional(
          plain(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
        ),
      }),
    ),
    /** Empty at the end. A page may be short, or even empty, before the end. */
    next_marker: text,
    /** How far back the answer looked; with a marker the next one goes on from there. */
    searched_back_to: optional(epochMsText),
    node: text,
  },
  faults: ['limit-out-of-range', 'marker-out-of-range'],
  source: 'ours',
})

export const ListSigningKeys = operation({
  id: 'ListSigningKeys',
  api: 'keyturn',
  method: 'GET',
  path: '/keyturn/v1/signing-keys',
  access: { kind: 'signedIn' },
  summary: 'List the public keys that attestations and audit checkpoints are verified with',
  response: {
    keys: listOf(
      objectOf({
        /** JWK thumbprint (RFC 7638), base64url. */
        key_id: text,
        use: oneOf(['rotation-attestation', 'audit-checkpoint']),
        algorithm: text,
        /** SubjectPublicKeyInfo, PEM. */
        public_key: text,
      }),
    ),
  },
  source: 'ours',
})
