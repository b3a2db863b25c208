/** What an `Authorization` header says. Source: the vendor's signing guides; see the forms. */
export interface Authorization {
  readonly form: SignatureForm
  readonly accessKeyId: string
  /** Names in lower case, in the order in which they were signed. */
  readonly signedHeaders: readonly string[]
  /** 32 bytes. */
  readonly signature: Buffer
}

/** How a signing key and a string to sign are made. */
export type SignatureForm =
  /** Keyed with the secret itself. */
  | { readonly kind: 'sdk' }
  /** `yyyymmdd/region/service/sdk_request`, a chain of HMACs; region and service may be empty. */
  | {
      readonly kind: 'scoped'
      readonly date: string
      readonly region: string
      readonly service: string
    }
  /** `yyyymmdd/region/service`, a key by HKDF. */
  | { readonly kind: 'derived'; readonly scope: string }

const HEADER =
  /^(SDK|V11)-HMAC-SHA256 (Access|Credential)=([^,\s]{1,300}),\s*SignedHeaders=([^,\s]{1,2048}),\s*Signature=([0-9a-fA-F]{64})$/
const ACCESS_KEY_ID = /^[A-Za-z0-9]{1,64}$/
const SCOPE_PART = /^[A-Za-z0-9_-]{0,64}$/

/** The parts of an `Authorization` header, or undefined when it is of no form we know. */
export function parseAuthorization(header: string): Authorization | undefined {
  const match = HEADER.exec(header)
  if (match === null) return undefined
  const [, algorithm, label, credential = '', names = '', signature = ''] = match
  const parts = credential.split('/')
  const [accessKeyId = '', ...scope] = parts
  if (!ACCESS_KEY_ID.test(accessKeyId) || !scope.every((part) => SCOPE_PART.test(part))) {
    return undefined
  }
  const form = formOf(`${algorithm}-${label}`, scope)
  if (form === undefined) return undefined
  return {
    form,
    accessKeyId,
    signedHeaders: names.toLowerCase().split(';'),
    signature: Buffer.from(signature, 'hex'),
  }
}

function formOf(kind: string, scope: readonly string[]): SignatureForm | undefined {
  const [date = '', region = '', service = '', end] = scope
  if (kind === 'SDK-Access') return scope.length === 0 ? { kind: 'sdk' } : undefined
  if (!/^\d{8}$/.test(date)) return undefined
  if (kind === 'SDK-Credential') {
    return scope.length === 4 && end === 'sdk_request'
      ? { kind: 'scoped', date, region, service }
      : undefined
  }
  if (kind === 'V11-Credential') {
    return scope.length === 3 ? { kind: 'derived', scope: scope.join('/') } : undefined
  }
  return undefined
}
