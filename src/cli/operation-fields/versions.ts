// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  ShowVersion: {
    summary: 'Tell about one version of this API',
    method: 'GET',
    path: '/{version_id}',
    fields: [
      { name: 'version_id', kind: 'text', required: true, help: 'id of the version, as v1.0' },
    ],
  },
  ShowVersions: {
    summary: 'List the versions of this API',
    method: 'GET',
    path: '/',
    fields: [],
  },
}
