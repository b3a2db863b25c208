// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  RestoreKeyVersion: {
    summary: 'Let a retired version open again what it protected',
    method: 'POST',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/versions/{version}/restore',
    permission: 'kms:cmk:enable',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'version', kind: 'text', required: true, help: 'number of the version' },
    ],
  },
  RetireKeyVersion: {
    summary: 'Let an old version open nothing any more; it can be restored',
    method: 'POST',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/versions/{version}/retire',
    permission: 'kms:cmk:disable',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'version', kind: 'text', required: true, help: 'number of the version' },
      { name: 're_encrypted', kind: 'text', required: true, help: 'what was re-encrypted before, in your words: it is kept with the version' },
      { name: 'unused_days', kind: 'number', help: 'for how many days a version must not have been used to be retired; 90 without it' },
    ],
  },
}
