import type { RootKeyId } from '../core/ids.ts'
import { pastRootBytes, pastRootsIn } from '../crypto/past-roots.ts'
import { type PastRoot, type RootKey, RootKeyRing } from '../crypto/root-key.ts'
import { rootKeyIdOf, unwrapRecord, whyClosed, wrapRecord } from '../crypto/wrapped-record.ts'

const BINDING = { kind: 'pastRoots' } as const

/** What the fact of past root keys is to be, under the current root key of `root`. */
export function pastRootsText(root: RootKey, past: readonly PastRoot[]): string {
  const bytes = pastRootBytes(past)
  const record = wrapRecord(root, BINDING, bytes)
  bytes.wipe()
  return Buffer.from(record).toString('base64')
}

/**
 * The past root keys of a store, none where there is no such fact.
 *
 * @throws {Error} when the fact does not open
 */
export function openPastRoots(root: RootKey, text: string | undefined): readonly PastRoot[] {
  if (text === undefined) return []
  const record = Buffer.from(text, 'base64')
  const bytes = unwrapRecord(root, BINDING, record)
  if (bytes === undefined) {
    throw new Error(`what is left of past root keys does not open: ${whyClosed(root, record)}`)
  }
  const past = pastRootsIn(bytes)
  bytes.wipe()
  return past
}

/** The root key that the fact of past root keys is under. */
export function rootOfPastRoots(text: string): RootKeyId | undefined {
  return rootKeyIdOf(Buffer.from(text, 'base64'))
}

/**
 * The root keys that a store believes: what was dropped is not among them, whatever a seal still keeps.
 *
 * @param all What seals keep.
 * @param text The fact of past root keys.
 * @returns Undefined when the one named `currentId` is not there.
 */
export function believedRoots(
  all: readonly RootKey[],
  currentId: string,
  text: string | undefined,
): RootKeyRing | undefined {
  const current = all.find(({ id }) => id === currentId)
  if (current === undefined) return undefined
  const others = all.filter((root) => root !== current)
  const past = openPastRoots(new RootKeyRing(current, others), text)
  const isPast = (root: RootKey) => past.some(({ id }) => id === root.id)
  return new RootKeyRing(
    current,
    others.filter((root) => !isPast(root)),
    past,
  )
}
