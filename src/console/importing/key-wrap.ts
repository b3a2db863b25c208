/** Start value of the key wrap with padding. Source: RFC 5649 §3. */
const ICV2 = Uint8Array.of(0xa6, 0x59, 0x59, 0xa6)
const HALF_BYTES = 8
const ROUNDS = 6

/**
 * Wraps a private key with a key of 32 bytes: AES key wrap with padding, which browsers lack; they have
 * AES itself, though. Source: RFC 5649 §4.1 with the wrapping of RFC 3394 §2.2.1.
 */
export async function wrapWithPadding(
  keyBytes: Uint8Array<ArrayBuffer>,
  plaintext: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await crypto.subtle.importKey('raw', keyBytes, 'AES-CBC', false, ['encrypt'])
  const halves = Math.ceil(plaintext.length / HALF_BYTES)
  const out = new Uint8Array((halves + 1) * HALF_BYTES)
  out.set(ICV2)
  new DataView(out.buffer).setUint32(ICV2.length, plaintext.length)
  out.set(plaintext, HALF_BYTES)
  if (halves === 1) {
    const wrapped = await encryptBlock(key, out)
    out.fill(0)
    return wrapped
  }
  const block = new Uint8Array(2 * HALF_BYTES)
  for (let round = 0; round < ROUNDS; round++) {
    for (let half = 1; half <= halves; half++) {
      const at = half * HALF_BYTES
      block.set(out.subarray(0, HALF_BYTES))
      block.set(out.subarray(at, at + HALF_BYTES), HALF_BYTES)
      const encrypted = await encryptBlock(key, block)
      out.set(encrypted.subarray(0, HALF_BYTES))
      out.set(encrypted.subarray(HALF_BYTES), at)
      mixStep(out, halves * round + half)
    }
  }
  block.fill(0)
  return out
}

/** AES of one block: the first of two that CBC makes under an empty start value. */
async function encryptBlock(
  key: CryptoKey,
  block: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = new Uint8Array(2 * HALF_BYTES)
  const encrypted = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, block)
  return new Uint8Array(encrypted, 0, 2 * HALF_BYTES)
}

/** Adds the number of a step, big-endian, to the first half. */
function mixStep(out: Uint8Array, step: number): void {
  for (let n = HALF_BYTES - 1, rest = step; rest > 0; n--, rest = Math.floor(rest / 256)) {
    out[n] = (out[n] ?? 0) ^ (rest % 256)
  }
}
