// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  ListAuditRecords: {
    summary: 'Read the audit log of the node that answers, the newest records first',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/audit-records',
    permission: 'keyturn:audit:list',
    fields: [
      { name: 'from', kind: 'time', help: 'milliseconds since 1970, inclusive' },
      { name: 'to', kind: 'time', help: 'milliseconds since 1970, exclusive' },
      { name: 'operation', kind: 'text', help: 'id of the operation, as EncryptData' },
      { name: 'user', kind: 'text', help: 'name or id of a user' },
      { name: 'key_id', kind: 'text', help: 'id of the key' },
      { name: 'request_id', kind: 'text', help: 'id of the request' },
      { name: 'outcome', kind: 'choice', choices: ['allowed', 'refused', 'failed'], help: 'how it ended' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 200 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
    ],
  },
  ListSigningKeys: {
    summary: 'List the public keys that attestations and audit checkpoints are verified with',
    method: 'GET',
    path: '/keyturn/v1/signing-keys',
    fields: [],
  },
}
