// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.

/** What a key is made of. */
export type KeySpec = 'AES_256' | 'SM4' | 'RSA_2048' | 'RSA_3072' | 'RSA_4096' | 'EC_P256' | 'EC_P384' | 'SECP256K1' | 'SM2' | 'ED25519' | 'HMAC_256' | 'HMAC_384' | 'HMAC_512' | 'HMAC_SM3' | 'ML_DSA_44' | 'ML_DSA_65' | 'ML_DSA_87'

/** What a key is for. */
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT'

/** Material made by the service, or imported. */
export type KeyOrigin = 'kms' | 'external'

/** 2 enabled, 3 disabled, 4 waiting for its deletion, 5 waiting for its material. */
export type KeyState = '1' | '2' | '3' | '4' | '5'

/** How a message is signed. */
export type SigningAlgorithm = 'RSASSA_PSS_SHA_256' | 'RSASSA_PSS_SHA_384' | 'RSASSA_PSS_SHA_512' | 'RSASSA_PKCS1_V1_5_SHA_256' | 'RSASSA_PKCS1_V1_5_SHA_384' | 'RSASSA_PKCS1_V1_5_SHA_512' | 'ECDSA_SHA_256' | 'ECDSA_SHA_384' | 'ECDSA_SHA_512' | 'SM2DSA_SM3' | 'ED25519_SHA_512' | 'ED25519_PH_SHA_512' | 'ML_DSA'

/** How a message is authenticated. */
export type MacAlgorithm = 'HMAC_SHA_256' | 'HMAC_SHA_384' | 'HMAC_SHA_512' | 'HMAC_SM3'

/** What a grant allows. */
export type GrantOperation = 'create-datakey' | 'create-datakey-without-plaintext' | 'encrypt-datakey' | 'decrypt-datakey' | 'describe-key' | 'create-grant' | 'retire-grant' | 'encrypt-data' | 'decrypt-data' | 'sign' | 'verify' | 'generate-mac' | 'verify-mac' | 'get-public-key'

/** All that the wire tells of a key. */
export interface KeyDetails {
  readonly key_id: string
  readonly domain_id: string
  readonly key_alias: string
  readonly realm: string
  readonly key_spec: KeySpec
  readonly key_usage: KeyUsage
  readonly key_description: string
  readonly creation_date: string
  readonly scheduled_deletion_date: string
  readonly key_state: KeyState
  readonly default_key_flag: '0' | '1'
  readonly key_type: string
  readonly expiration_time: string
  readonly origin: KeyOrigin
  readonly key_rotation_enabled: 'true' | 'false'
  readonly sys_enterprise_project_id: string
  readonly keystore_id: string
  readonly keystore_type: string
  readonly multi_region_key_type: string
  readonly pending_days: string
}

/** A key as a row of a table, with its rotation. */
export interface KeyRow {
  readonly key_id: string
  readonly domain_id: string
  readonly key_alias: string
  readonly realm: string
  readonly key_spec: KeySpec
  readonly key_usage: KeyUsage
  readonly key_description: string
  readonly creation_date: string
  readonly scheduled_deletion_date: string
  readonly key_state: KeyState
  readonly default_key_flag: '0' | '1'
  readonly key_type: string
  readonly expiration_time: string
  readonly origin: KeyOrigin
  readonly key_rotation_enabled: 'true' | 'false'
  readonly sys_enterprise_project_id: string
  readonly keystore_id: string
  readonly keystore_type: string
  readonly multi_region_key_type: string
  readonly pending_days: string
  readonly primary_version?: number
  readonly rotation_interval?: number
  readonly next_rotation_time?: string
  readonly last_rotation_time?: string
  readonly number_of_rotations: number
}

/** A version of a key. */
export interface KeyVersion {
  readonly version: number
  readonly material_id: string
  readonly origin: KeyOrigin
  readonly create_time: string
  readonly expiration_time: string
  readonly state: 'primary' | 'former' | 'retired' | 'gone'
  readonly protect_count: number
  readonly protect_bytes: number
  readonly open_count: number
  readonly last_used_time?: string
  readonly retirable_time?: string
  readonly retired_time?: string
  readonly retired_by?: string
  readonly retirement_note?: string
}

/** A rotation that was done. */
export interface RotationEvent {
  readonly key_id: string
  readonly cause: 'schedule' | 'demand' | 're-enable' | 'usage'
  readonly actor: string
  readonly from_version: number
  readonly to_version: number
  readonly time: string
  readonly due_time?: string
  readonly late_ms: number
}

/** Rotations of one day. */
export interface RotationDay {
  readonly day: string
  readonly due: number
  readonly done: number
  readonly late: number
}

/** A record of the audit log. */
export interface AuditRecord {
  readonly chain: string
  readonly number: number
  readonly time: string
  readonly request_id: string
  readonly operation?: string
  readonly user_id?: string
  readonly user_name?: string
  readonly credential?: string
  readonly user_domain_id?: string
  readonly user_project_id?: string
  readonly key_id?: string
  readonly key_version?: number
  readonly opened_key_id?: string
  readonly opened_key_version?: number
  readonly status: number
  readonly error_code?: string
  readonly source?: string
  readonly detail?: Readonly<Record<string, string | number>>
}

/** A right on one key, handed to one grantee. */
export interface Grant {
  readonly key_id: string
  readonly grant_id: string
  readonly grantee_principal: string
  readonly grantee_principal_type: 'user' | 'domain'
  readonly operations: readonly GrantOperation[]
  readonly issuing_principal: string
  readonly creation_date: string
  readonly name: string
  readonly retiring_principal: string
}

/** One more name of a key. */
export interface Alias {
  readonly domain_id: string
  readonly key_id: string
  readonly alias: string
  readonly alias_urn: string
  readonly create_time: string
  readonly update_time: string
}

/** A tag of a key. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** A key store. */
export interface KeyStore {
  readonly keystore_id: string
  readonly domain_id: string
  readonly keystore_alias: string
  readonly keystore_type: string
  readonly hsm_cluster_id: string
  readonly cluster_id: string
  readonly keystore_state: '2' | '3'
  readonly create_time: string
}

/** An access point. */
export interface AccessPoint {
  readonly access_point_id: string
  readonly keyspace_id: string
  readonly access_point_name: string
  readonly state: number
  readonly type: number | '1' | '2' | '3'
  readonly description: string
  readonly cluster_id?: string
  readonly created_by: string
  readonly create_time: string
  readonly lsat_modify_time: string
}

/** A key policy. */
export interface KeyPolicy {
  readonly policy_id: string
  readonly policy_name: string
  readonly keyspace_id: string
  readonly description: string
  readonly created_by: string
  readonly create_time: string
  readonly last_modify_time: string
  readonly last_access_time: string
  readonly policy: {
    readonly version: string
    readonly validity_period?: {
      readonly start_time?: string
      readonly end_time?: string
    }
    readonly allowed_access_point?: readonly string[]
    readonly allowed_data_security_zone?: readonly string[]
    readonly validityPeriod?: {
      readonly start_time?: string
      readonly end_time?: string
    }
    readonly allowedAccessPoint?: readonly string[]
  }
}

/** A project. */
export interface Project {
  readonly id: string
  readonly name: string
  readonly domain_id: string
  readonly parent_id: string
  readonly description: string
  readonly enabled: boolean
  readonly is_domain: boolean
  readonly links: {
    readonly self: string
  }
}

/** A user. */
export interface User {
  readonly id: string
  readonly name: string
  readonly domain_id: string
  readonly enabled: boolean
  readonly links: {
    readonly self: string
  }
}

/** A service and where it is. */
export interface CatalogEntry {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly endpoints: readonly {
    readonly id: string
    readonly interface: string
    readonly region: string
    readonly region_id: string
    readonly url: string
  }[]
}

/** What a token stands for. */
export interface TokenFacts {
  readonly expires_at: string
  readonly issued_at: string
  readonly methods: readonly string[]
  readonly user: {
    readonly id: string
    readonly name: string
    readonly domain: {
      readonly id: string
      readonly name: string
    }
  }
  readonly project?: {
    readonly id: string
    readonly name: string
    readonly domain: {
      readonly id: string
      readonly name: string
    }
  }
  readonly domain?: {
    readonly id: string
    readonly name: string
  }
  readonly roles: readonly {
    readonly id: string
    readonly name: string
  }[]
  readonly catalog?: readonly CatalogEntry[]
}
