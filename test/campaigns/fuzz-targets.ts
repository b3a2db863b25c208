import { Buffer } from 'node:buffer'
import { openImportToken, sealImportToken } from '../../src/app/import-token.ts'
import { parseAuthorization } from '../../src/auth/authorization-header.ts'
import { isSignatureValid, signingSecret } from '../../src/auth/signature.ts'
import { issueToken, parseToken } from '../../src/auth/token.ts'
import { decodeRequest } from '../../src/contract/decode-request.ts'
import type { OperationRow } from '../../src/contract/operation.ts'
import { OPERATIONS } from '../../src/contract/operations/index.ts'
import { Fault } from '../../src/core/fault.ts'
import type { ProjectId, TenantId, UserId, VersionNumber } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { decryptMessage, encryptMessage, parseCiphertext } from '../../src/crypto/ciphertext.ts'
import { sha256 } from '../../src/crypto/digest.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { unwrapRecord, wrapRecord } from '../../src/crypto/wrapped-record.ts'
import { xaes256Gcm } from '../../src/crypto/xaes-256-gcm.ts'
import { encodeFileHeader, readFileHeader } from '../../src/files/file-header.ts'
import { RefusedFile } from '../../src/files/refused-file.ts'
import { aKey } from '../a-key.ts'
import { prepareBackupFrames, prepareBackups } from './fuzz-backups.ts'
import { anyJson, mutateBytes, mutateText } from './fuzz-inputs.ts'
import { fuzzKeyPolicies, fuzzPolicies } from './fuzz-policies.ts'
import { fuzzCheckpoints, fuzzSealFiles, fuzzStatements, prepareShares } from './fuzz-seals.ts'
import type { Chance } from './seeded-chance.ts'

/**
 * One way into the server for bytes from outside. It is fed one input, whatever chance says, and throws
 * when that was not answered as it should: with a fault, or with a value that is known to be right.
 */
export type FuzzTarget = (chance: Chance) => void | Promise<void>

/** A target, or what makes one that needs something first. */
export type AnyFuzzTarget = FuzzTarget | { readonly prepare: () => Promise<FuzzTarget> }

const NOW = Date.parse('2026-01-01T00:00:00Z') as EpochMs
const ROWS: readonly OperationRow[] = Object.values(OPERATIONS)
const bytesOf = (fill: number) => new SecretBytes(Buffer.alloc(32, fill))
const root = rootKeyFrom(bytesOf(1))
const key = aKey()
const user = { userId: 'u1' as UserId, tenantId: 't1' as TenantId }
const projectId = key.projectId

/** What may be thrown is a fault; anything else is a defect of ours. */
function orFault<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function wrong(what: string, input: string): never {
  throw new Error(`${what}: ${input.slice(0, 400)}`)
}

const requestWords = [
  ...new Set(ROWS.flatMap((row) => [...Object.keys(row.request), ...Object.keys(row.query)])),
  key.id,
  'v1.0',
  'AES_256',
  'SM4',
  'external',
  'QQ==',
]

const requests: FuzzTarget = (chance) => {
  const row = chance.pick(ROWS)
  const names = Object.keys(row.request)
  const members: Record<string, unknown> = {}
  for (const name of names) if (!chance.oneIn(4)) members[name] = anyJson(chance, requestWords)
  const whole = JSON.stringify(members)
  const body = chance.oneIn(3) ? mutateText(chance, whole) : whole
  const text = () => mutateText(chance, chance.pick(requestWords))
  const filled = (fields: object) =>
    Object.fromEntries(Object.keys(fields).map((name) => [name, text()]))
  orFault(() =>
    decodeRequest(row, {
      pathParameters: filled(row.pathFields),
      query: Object.keys(row.query)
        .map((name) => `${name}=${text()}`)
        .join('&'),
      headers: filled(row.requestHeaders),
      body: chance.oneIn(50) ? undefined : body,
    }),
  )
}

const cipher = xaes256Gcm(bytesOf(2), 1)
const context = { kind: 'none' } as const
const binding = { keyId: key.id, version: 1 as VersionNumber, kind: 'data', context } as const
const frame = encryptMessage(cipher, binding, Buffer.from('what stands in the frame'))

const frames: FuzzTarget = (chance) => {
  const bytes = mutateBytes(chance, frame)
  // With a digest that is right, what is wrong gets further.
  if (chance.oneIn(2) && bytes.length > 32) {
    bytes.set(sha256(bytes.subarray(0, -32)), bytes.length - 32)
  }
  const parsed = parseCiphertext(bytes)
  if (parsed.kind !== 'ok') return
  const plain = decryptMessage(cipher, parsed.ciphertext, 'data', context)
  if (plain !== undefined && !bytes.equals(frame)) wrong('opens', bytes.toString('hex'))
}

const issued = issueToken(root, {
  ...user,
  lineage: [],
  scope: { kind: 'project', projectId },
  methods: ['password'],
  issuedAt: NOW,
  expiresAt: (NOW + 86_400_000) as EpochMs,
}).token

const tokens: FuzzTarget = (chance) => {
  const text = mutateText(chance, issued)
  if (parseToken(root, text).kind === 'ok' && text !== issued) wrong('a token', text)
}

const secret = signingSecret('AK1', bytesOf(3))
const SIGNED = `SignedHeaders=host;x-sdk-date, Signature=${'0'.repeat(64)}`
const HEADERS = [
  `SDK-HMAC-SHA256 Access=AK1, ${SIGNED}`,
  `SDK-HMAC-SHA256 Credential=AK1/20260101/region/kms/sdk_request, ${SIGNED}`,
  `V11-HMAC-SHA256 Credential=AK1/20260101/region/kms, ${SIGNED}`,
]

const signatures: FuzzTarget = (chance) => {
  const good = chance.pick(HEADERS)
  const header = chance.oneIn(4) ? good : mutateText(chance, good)
  const authorization = parseAuthorization(header)
  if (authorization === undefined) return
  const request = {
    method: chance.pick(['GET', 'POST', '']),
    rawUrl: mutateText(chance, '/v1.0/p/kms/list-keys?limit=10&a=%20b&a=&=%E4%B8%AD'),
    headers: {
      host: mutateText(chance, '127.0.0.1:7480'),
      'x-sdk-date': chance.oneIn(2) ? '20260101T000000Z' : mutateText(chance, '20260101T000000Z'),
      'x-sdk-content-sha256': chance.pick([undefined, 'UNSIGNED-PAYLOAD', 'x']),
    },
    body: chance.bytes(chance.below(20)),
  }
  if (isSignatureValid(request, authorization, secret, NOW)) wrong('a signature', header)
}

const importToken = Buffer.from(
  sealImportToken(
    root,
    key,
    { algorithm: 'RSAES_OAEP_SHA_256', privateKey: bytesOf(4) },
    (NOW + 1000) as EpochMs,
  ),
)

const importTokens: FuzzTarget = (chance) => {
  const bytes = mutateBytes(chance, importToken)
  const opened = orFault(() => openImportToken(root, key, bytes, NOW))
  if (opened !== undefined && !bytes.equals(importToken)) {
    wrong('an import token', bytes.toString('hex'))
  }
}

const place = {
  kind: 'keyMaterial',
  projectId: projectId as ProjectId,
  keyId: key.id,
  version: 1 as VersionNumber,
  spec: 'AES_256',
  origin: 'kms',
} as const
const record = Buffer.from(wrapRecord(root, place, bytesOf(5)))

const records: FuzzTarget = (chance) => {
  const bytes = mutateBytes(chance, record)
  const opened = unwrapRecord(root, place, bytes)
  if (opened !== undefined && !bytes.equals(record)) wrong('a record', bytes.toString('hex'))
}

const header = encodeFileHeader({
  keyId: key.id,
  wrappedKey: frame,
  needsContext: false,
  segmentBytes: 65_536,
})

const fileHeaders: FuzzTarget = async (chance) => {
  const bytes = mutateBytes(chance, header)
  let at = 0
  try {
    await readFileHeader({
      totalBytes: undefined,
      async read(target) {
        const copied = bytes.copy(target, 0, at)
        at += copied
        return copied
      },
      async close() {},
    })
  } catch (error) {
    if (!(error instanceof RefusedFile)) throw error
  }
}

/** Every way in that needs no socket, by its name. */
export const FUZZ_TARGETS: Readonly<Record<string, AnyFuzzTarget>> = {
  requests,
  frames,
  tokens,
  signatures,
  'import-tokens': importTokens,
  records,
  policies: fuzzPolicies,
  'key-policies': fuzzKeyPolicies,
  'file-headers': fileHeaders,
  backups: { prepare: prepareBackups },
  'backup-frames': { prepare: prepareBackupFrames },
  shares: { prepare: prepareShares },
  'seal-files': fuzzSealFiles,
  statements: fuzzStatements,
  checkpoints: fuzzCheckpoints,
}
