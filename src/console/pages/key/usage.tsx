import type { JSX } from 'solid-js'
import { useCurrentKey } from '../../keys/current-key.ts'
import { VersionUsage } from '../../usage/version-usage.tsx'

/** The versions of the key and how much each is used. */
export function Usage(): JSX.Element {
  const { row } = useCurrentKey()
  return <VersionUsage row={row()} />
}
