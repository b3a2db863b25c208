import { Type } from 'typebox'
import { plain } from '../field.ts'
import { text } from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { operation } from '../operation.ts'

const VERSION = objectOf({
  id: text,
  links: listOf(objectOf({ href: text, rel: text })),
  version: text,
  status: text,
  updated: text,
  min_version: text,
})

export const ShowVersions = operation({
  id: 'ShowVersions',
  method: 'GET',
  path: '/',
  access: { kind: 'anyone' },
  summary: 'List the versions of this API',
  response: { versions: listOf(VERSION) },
  source: 'KMS API reference, "Querying API versions"',
})

export const ShowVersion = operation({
  id: 'ShowVersion',
  method: 'GET',
  path: '/{version_id}',
  access: { kind: 'anyone' },
  summary: 'Tell about one version of this API',
  pathFields: { version_id: plain(Type.String({ pattern: '^[a-zA-Z0-9.]{1,16}$' })) },
  response: { version: VERSION },
  faults: ['route-unknown'],
  source: 'KMS API reference, "Querying a specified API version"',
})
