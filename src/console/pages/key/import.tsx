import type { JSX } from 'solid-js'
import { ImportWizard } from '../../importing/import-wizard.tsx'
import { useCurrentKey } from '../../keys/current-key.ts'

/** Import of the key's material. */
export function Import(): JSX.Element {
  const { row, refetch } = useCurrentKey()
  return <ImportWizard row={row()} changed={refetch} />
}
