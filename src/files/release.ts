/**
 * Gives the memory of bytes back at once, where nothing else lies in it. The garbage collector would let
 * a good many megabytes gather. Nobody may use the bytes afterwards.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0)
}

/** As {@link release}, and wipes them first. */
export function wipeAndRelease(bytes: Uint8Array): void {
  bytes.fill(0)
  release(bytes)
}
