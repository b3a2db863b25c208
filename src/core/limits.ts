/** Most keys on one page of a list, and how many there are when the caller does not say. */
export const MAX_PAGE_KEYS = 1000
/** Most rotation events on one page, and how many there are when the caller does not say. */
export const MAX_PAGE_EVENTS = 1000
/** Longest key alias in characters. */
export const MAX_ALIAS_CHARACTERS = 255
/** Longest key description in characters. */
export const MAX_DESCRIPTION_CHARACTERS = 255
/** Bounds of a random number in bits. */
export const RANDOM_BITS = { min: 8, max: 8192 } as const
/** Bounds of a data key made here, in bits. */
export const DATAKEY_BITS = { min: 8, max: 8192 } as const
/** Bounds of a data key that a caller brings, in bytes. */
export const DATAKEY_BYTES = { min: 1, max: 1024 } as const
/** Longest small data in bytes. */
export const MAX_PLAINTEXT_BYTES = 4096
/** Longest additional authenticated data in bytes of UTF-8. */
export const MAX_AAD_BYTES = 128
/** Longest encryption context as JSON text, in characters. */
export const MAX_CONTEXT_CHARACTERS = 8192
