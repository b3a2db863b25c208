import { getRawPointer } from 'node:ffi'

/*
 * Memory as the C side sees it, where CK_ULONG and pointers have 8 bytes, little-endian: 64-bit Linux
 * and macOS on x86-64 and ARM.
 */

/** Length of a CK_ULONG in bytes. */
export const ULONG_BYTES = 8
const ROW_BYTES = 3 * ULONG_BYTES

/** `CK_UNAVAILABLE_INFORMATION`, which stands for a length when a value cannot be had. */
const UNAVAILABLE = 0xffff_ffff_ffff_ffffn

/** A number with the bytes that belong to it: what CK_ATTRIBUTE and CK_MECHANISM have in common. */
export interface Row {
  readonly type: number
  readonly value: Uint8Array
}

/** CK_ULONGs, one after the other. */
export function ulongs(...values: readonly (number | bigint)[]): Buffer {
  const memory = Buffer.alloc(values.length * ULONG_BYTES)
  for (const [index, value] of values.entries()) {
    memory.writeBigUInt64LE(BigInt(value), index * ULONG_BYTES)
  }
  return memory
}

/** The CK_ULONG at `index`, counted in CK_ULONGs. */
export function ulongAt(memory: Buffer, index: number): bigint {
  return memory.readBigUInt64LE(index * ULONG_BYTES)
}

/**
 * Rows of `type (8) ‖ pointer to value (8) ‖ length of value (8)`, then the values. All is one piece
 * of memory, so that whoever holds it holds what it points to. Source: PKCS #11 v3.0, base specification §3.4, §3.5.
 */
export function packRows(rows: readonly Row[]): Buffer {
  const places: number[] = []
  let end = rows.length * ROW_BYTES
  for (const { value } of rows) {
    places.push(end)
    end += Math.ceil(value.length / ULONG_BYTES) * ULONG_BYTES
  }
  const memory = Buffer.alloc(end)
  const start = getRawPointer(memory)
  for (const [index, { type, value }] of rows.entries()) {
    const place = places[index] ?? 0
    const pointer = value.length === 0 ? 0n : start + BigInt(place)
    memory.set(ulongs(type, pointer, value.length), index * ROW_BYTES)
    memory.set(value, place)
  }
  return memory
}

/** The value of the first row after the C side has filled it; undefined when it says it has none. */
export function firstValue(memory: Buffer): Buffer | undefined {
  const length = ulongAt(memory, 2)
  if (length === UNAVAILABLE || length > memory.length - ROW_BYTES) return undefined
  return Buffer.from(memory.subarray(ROW_BYTES, ROW_BYTES + Number(length)))
}
