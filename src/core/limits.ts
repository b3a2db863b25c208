/** Most keys on one page of a list, and how many there are when the caller does not say. */
export const MAX_PAGE_KEYS = 1000
/** Most grants on one page, and how many there are when the caller does not say. */
export const MAX_PAGE_GRANTS = 1000
/** Most aliases on one page, and how many there are when the caller does not say. */
export const MAX_PAGE_ALIASES = 1000
/** Most aliases of one key. */
export const MAX_ALIASES_OF_KEY = 50
/** Most tags of one key. Source: KMS API reference; older documents say 10. */
export const MAX_TAGS_OF_KEY = 20
/** Longest name and value of a tag in characters. */
export const TAG_CHARACTERS = { name: 128, value: 255 } as const
/** Most names in a search by tags, and most values of one of them. */
export const TAG_FILTER = { names: 20, values: 20 } as const
/** Most key policies or access points on one page, and how many when the caller does not say. */
export const PAGE_OF_POLICIES = { max: 100, default: 50 } as const
/** Most key stores on one page. */
export const MAX_PAGE_KEYSTORES = 1000
/** Longest message that is signed or authenticated, in bytes. */
export const MAX_MESSAGE_BYTES = 4096
/** Most rotation events on one page, and how many there are when the caller does not say. */
export const MAX_PAGE_EVENTS = 1000
/** Longest key alias in characters. */
export const MAX_ALIAS_CHARACTERS = 255
/** What an alias may hold. Source: KMS API reference, "Creating a key", parameter `key_alias`. */
export const ALIAS_PATTERN = `^[a-zA-Z0-9:/_-]{1,${MAX_ALIAS_CHARACTERS}}$`
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
