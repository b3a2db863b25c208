import type { Brand } from './brand.ts'

/** Id of a master key: five groups of `[0-9a-z]`, 8-4-4-4-12. Never reused. */
export type KeyId = Brand<string, 'KeyId'>
/** Id of a project (32 letters and digits); every key belongs to one. */
export type ProjectId = Brand<string, 'ProjectId'>
/** Id of a tenant, `domain_id` on the wire; every project and user belongs to one. */
export type TenantId = Brand<string, 'TenantId'>
/** Id of a user. */
export type UserId = Brand<string, 'UserId'>
/** Public half of an access key; the secret half signs requests. */
export type AccessKeyId = Brand<string, 'AccessKeyId'>
/** Number of a key version: 1, 2, 3 … without gaps. */
export type VersionNumber = Brand<number, 'VersionNumber'>
/** Id of one piece of key material, a UUID: `material_id` on the wire. */
export type MaterialId = Brand<string, 'MaterialId'>
/** Id of a root key: 16 hexadecimal digits, the first bytes of a hash of it. */
export type RootKeyId = Brand<string, 'RootKeyId'>
/** Id of one request: 32 hexadecimal digits, `X-Request-Id` on the wire. */
export type RequestId = Brand<string, 'RequestId'>

const KEY_ID = /^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$/

/** `text` as a key id, or undefined. Source: KMS API reference, parameter `key_id`. */
export function parseKeyId(text: string): KeyId | undefined {
  return text.length === 36 && KEY_ID.test(text) ? (text as KeyId) : undefined
}

/** The first version of a key. */
export const FIRST_VERSION = 1 as VersionNumber

/** The version that follows `version`. */
export function nextVersion(version: VersionNumber): VersionNumber {
  return (version + 1) as VersionNumber
}
