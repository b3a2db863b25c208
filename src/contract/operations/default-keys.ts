import { Type } from 'typebox'
import { plain } from '../field.ts'
import { keyId, text } from '../fields.ts'
import { needs, operation } from '../operation.ts'

export const EnsureDefaultKey = operation({
  id: 'EnsureDefaultKey',
  api: 'keyturn',
  method: 'POST',
  path: '/keyturn/v1/{project_id}/default-keys',
  access: needs('keyturn:defaultKey:ensure'),
  summary: 'Tell the default key of a service in the project; make it at the first asking',
  repeatable: true,
  request: { service: plain(Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' })) },
  response: { key_id: keyId, key_alias: text },
  faults: ['field-invalid'],
  source: 'ours: in the cloud its services ask for these keys among themselves',
})
