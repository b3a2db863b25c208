// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  EnsureDefaultKey: {
    summary: 'Tell the default key of a service in the project; make it at the first asking',
    method: 'POST',
    path: '/keyturn/v1/{project_id}/default-keys',
    permission: 'keyturn:defaultKey:ensure',
    fields: [
      { name: 'service', kind: 'text', required: true, help: 'service whose default key it is, as evs' },
    ],
  },
}
