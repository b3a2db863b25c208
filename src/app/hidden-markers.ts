import { fault } from '../core/fault.ts'
import { openParcel, parcelCipher, sealParcel } from '../crypto/parcel.ts'
import { allRootKeys, type RootKey } from '../crypto/root-key.ts'

/** Longer than any marker before base64, so that its length tells nothing of an alias. */
const MARKER_BYTES = 384
/** What a marker is from, as its cipher binds it. */
const FROM = 'search'

/**
 * A marker that only this server can read, for one reader: it names the last key that was looked at,
 * which the reader may not be allowed to see. Empty text, the end, stays as it is.
 */
export function hideMarker(root: RootKey, reader: string, marker: string): string {
  if (marker === '') return ''
  const bytes = Buffer.from(marker, 'base64url')
  const content = Buffer.alloc(Math.max(MARKER_BYTES, bytes.length), ' ')
  bytes.copy(content)
  return sealParcel(parcelCipher(root.marker), FROM, reader, content).toString('base64url')
}

/**
 * What {@link hideMarker} hid from the same reader; undefined for the first page.
 *
 * @throws {Fault} `marker-out-of-range`
 */
export function shownMarker(
  root: RootKey,
  reader: string,
  hidden: string | undefined,
): string | undefined {
  if (hidden === undefined || hidden === '') return undefined
  const parcel = Buffer.from(hidden, 'base64url')
  for (const { marker } of allRootKeys(root)) {
    const content = openParcel(parcelCipher(marker), FROM, reader, parcel)
    if (content === undefined) continue
    return Buffer.from(content.toString('utf8').trimEnd()).toString('base64url')
  }
  throw fault('marker-out-of-range')
}
