import { createHmac, createSecretKey } from 'node:crypto'
import { openImportToken, sealImportToken } from '../../src/app/import-token.ts'
import { type Authorization, parseAuthorization } from '../../src/auth/authorization-header.ts'
import { canonicalRequests, type SignedRequest } from '../../src/auth/canonical-request.ts'
import { newSlots } from '../../src/auth/shared-slots.ts'
import { embeddedDesk } from '../../src/auth/sign-in-desk.ts'
import { newSignInFailures } from '../../src/auth/sign-in-throttle.ts'
import {
  isSignatureValid,
  type SigningSecret,
  signingSecret,
  stringToSign,
} from '../../src/auth/signature.ts'
import { issueToken, parseToken } from '../../src/auth/token.ts'
import { Fault } from '../../src/core/fault.ts'
import type { TenantId, UserId, VersionNumber } from '../../src/core/ids.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { decryptMessage, encryptMessage, parseCiphertext } from '../../src/crypto/ciphertext.ts'
import { NONCE_BYTES, TAG_BYTES } from '../../src/crypto/data-cipher.ts'
import { DIGEST_BYTES, sha256 } from '../../src/crypto/digest.ts'
import { hmacKey } from '../../src/crypto/mac-key.ts'
import { hashPassword, verifyPassword } from '../../src/crypto/password.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { xaes256Gcm } from '../../src/crypto/xaes-256-gcm.ts'
import { aKey } from '../a-key.ts'
import { ANNA, ANNA_PASSWORD, embeddedWorld, TENANT } from '../auth/embedded-world.ts'

/** One call to be timed: whether what was sent is right. */
export type TimedCall = () => boolean | Promise<boolean>

/** A comparison of something that is sent with something that is secret. */
export interface TimingTarget {
  /** What is wrong in what is sent, by class; each two of them are compared. */
  readonly classes: readonly string[]
  /** Makes what is sent, out of sight of the clock, alike for every class; what is right without one. */
  readonly prepare: (classAt: number | undefined) => TimedCall
  /** One call takes so long that one for many of the others must do. */
  readonly isSlow?: true
  readonly close?: () => Promise<void>
}

/** Makes what is timed ready. */
export type MakeTarget = () => TimingTarget | Promise<TimingTarget>

const NOW = Date.parse('2026-01-01T00:00:00Z') as EpochMs
const LATER = (NOW + 86_400_000) as EpochMs
const filled = (fill: number) => new SecretBytes(Buffer.alloc(32, fill))
const root = rootKeyFrom(filled(1))
const key = aKey()

const WRONG = 0x41
type Class = number | undefined
/** Which byte of a value is wrong, by class. */
const PLACES = ['the first byte wrong', 'the last byte wrong'] as const

/**
 * The same bytes in new memory, with one of them wrong. Both places are read and written for either
 * class, without a branch: else what was touched last would be found, not what is compared.
 */
function withWrong(right: Uint8Array, from: number, classAt: Class, length: number): Buffer {
  const sent = Buffer.from(right)
  const last = from + length - 1
  sent[from] = (sent[from] ?? 0) ^ (Number(classAt === 0) * WRONG)
  sent[last] = (sent[last] ?? 0) ^ (Number(classAt === 1) * WRONG)
  return sent
}

const issued = Buffer.from(
  issueToken(root, {
    userId: 'u1' as UserId,
    tenantId: 't1' as TenantId,
    lineage: [],
    scope: { kind: 'project', projectId: key.projectId },
    methods: ['password'],
    issuedAt: NOW,
    expiresAt: LATER,
  }).token,
)
const MAC_AT = issued.length - 43
/** Tokens whose code has another first letter, another last one, and none: a letter of base64url each. */
const tokens = [MAC_AT, issued.length - 1].map((at) => {
  const sent = Buffer.from(issued)
  sent[at] = sent[at] === 0x42 ? 0x43 : 0x42
  return sent
})

const token: TimingTarget = {
  classes: PLACES,
  prepare(classAt) {
    const text = (tokens[classAt ?? -1] ?? issued).toString('latin1')
    return () => parseToken(root, text).kind === 'ok'
  },
}

const PATH = '/v1.0/p/kms/list-keys'
const DATE = '20260101T000000Z'

function signature(header: string): TimingTarget {
  const secret = signingSecret('AK1', filled(3))
  const parsed = parseAuthorization(`${header}, Signature=${'0'.repeat(64)}`)
  if (parsed === undefined) throw new Error(header)
  const body = Buffer.from('{"limit":"10"}')
  const headers = { host: 'h', 'x-sdk-date': DATE }
  const request = { method: 'POST', rawUrl: PATH, headers, body }
  const expected = rightSignature(secret, parsed, request)
  return {
    classes: PLACES,
    prepare(classAt) {
      const sent = withWrong(expected, 0, classAt, expected.length)
      const authorization = { ...parsed, signature: sent }
      return () => isSignatureValid(request, authorization, secret, NOW)
    },
  }
}

/** The signature that is right, made as clients do from what the server would sign itself. */
function rightSignature(
  secret: SigningSecret,
  { form, signedHeaders }: Authorization,
  request: SignedRequest,
): Buffer {
  const [canonical = ''] = canonicalRequests(request, signedHeaders, form.kind === 'scoped')
  const text = stringToSign(form, DATE, sha256(canonical).toString('hex'))
  return createHmac('sha256', secret.keyOf(form)).update(text).digest()
}

const MESSAGE = Buffer.from('a message with a code')
const macOf = hmacKey(filled(4))

async function mac(): Promise<TimingTarget> {
  const right = await macOf.generate('HMAC_SHA_512', MESSAGE)
  return {
    classes: PLACES,
    prepare(classAt) {
      const sent = withWrong(right, 0, classAt, right.length)
      return () => macOf.verify('HMAC_SHA_512', MESSAGE, sent)
    },
  }
}

const sealed = sealImportToken(
  root,
  key,
  { algorithm: 'RSAES_OAEP_SHA_256', privateKey: filled(5) },
  LATER,
)

/** In a wrapped record: format, id of the root key, the nonce. */
const RECORD_TAG_AT = 1 + 8 + NONCE_BYTES

const importToken: TimingTarget = {
  classes: PLACES,
  prepare(classAt) {
    const sent = withWrong(sealed, RECORD_TAG_AT, classAt, TAG_BYTES)
    return () => orRefused(() => openImportToken(root, key, sent, NOW) !== undefined)
  },
}

const cipher = xaes256Gcm(filled(2), 1)
const context = { kind: 'none' } as const
const binding = { keyId: key.id, version: 1 as VersionNumber, kind: 'data', context } as const
const frame = encryptMessage(cipher, binding, Buffer.from('what stands in the frame'))
/** In a frame: 4 bytes of head, 8 of ours, the nonce. */
const FRAME_TAG_AT = 4 + 8 + NONCE_BYTES

const cipherText: TimingTarget = {
  classes: PLACES,
  prepare(classAt) {
    const sent = withWrong(frame, FRAME_TAG_AT, classAt, TAG_BYTES)
    sent.set(sha256(sent.subarray(0, -DIGEST_BYTES)), sent.length - DIGEST_BYTES)
    return () => {
      const parsed = parseCiphertext(sent)
      if (parsed.kind !== 'ok') throw new Error('the frame itself is refused')
      return decryptMessage(cipher, parsed.ciphertext, 'data', context) !== undefined
    }
  },
}

async function password(): Promise<TimingTarget> {
  const right = 'the right password'
  const stored = await hashPassword(new SecretBytes(Buffer.from(right)))
  return {
    classes: ['an unknown user', 'a wrong password'],
    isSlow: true,
    prepare(classAt) {
      const sent = new SecretBytes(
        Buffer.from(classAt === undefined ? right : 'not the right one!'),
      )
      return () => verifyPassword(classAt === 0 ? undefined : stored, sent)
    },
  }
}

/** The whole of a sign-in, with the database: by name, as people do. */
async function signIn(): Promise<TimingTarget> {
  const world = await embeddedWorld()
  const desk = embeddedDesk({
    ...world,
    isRevoked: (tokenId) => world.identity.isRevoked(tokenId),
    failures: newSignInFailures(),
    hashing: newSlots(),
    requireCurrent: async () => undefined,
  })
  let attempts = 0
  return {
    classes: ['an unknown user', 'a wrong password'],
    isSlow: true,
    close: () => world.close(),
    prepare(classAt) {
      const name = classAt === 0 ? 'ella' : ANNA.name
      const given = classAt === undefined ? ANNA_PASSWORD : 'not the password of anybody'
      const user = { name, tenant: { name: TENANT.name } }
      const secret = new SecretBytes(Buffer.from(given))
      // From an address of its own, or the guesser would be slowed down.
      const address = `address-${++attempts}`
      return () =>
        desk
          .signIn({ kind: 'password', user, password: secret }, { kind: 'default' }, address)
          .then(
            () => true,
            (error) => {
              if (error instanceof Fault && error.kind === 'sign-in-failed') return false
              throw error
            },
          )
    },
  }
}

function orRefused(work: () => boolean): boolean {
  try {
    return work()
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

/** The comparisons of the server, by what is compared. */
export const TIMING_TARGETS: Readonly<Record<string, MakeTarget>> = {
  token: () => token,
  'signature (SDK)': () => signature('SDK-HMAC-SHA256 Access=AK1, SignedHeaders=host;x-sdk-date'),
  'signature (SDK, scoped)': () =>
    signature(
      'SDK-HMAC-SHA256 Credential=AK1/20260101/region/kms/sdk_request, SignedHeaders=host;x-sdk-date',
    ),
  'signature (V11)': () =>
    signature('V11-HMAC-SHA256 Credential=AK1/20260101/region/kms, SignedHeaders=host;x-sdk-date'),
  mac,
  'import token': () => importToken,
  'cipher text': () => cipherText,
  password,
  'sign-in': signIn,
}

const naiveKey = createSecretKey(Buffer.alloc(32, 6))

/** A comparison as it must not be: it ends at the first byte that differs. */
export const NAIVE: MakeTarget = () => ({
  classes: PLACES,
  prepare(classAt) {
    const right = createHmac('sha512', naiveKey).update(MESSAGE).digest()
    const sent = withWrong(right, 0, classAt, right.length)
    return () => {
      const expected = createHmac('sha512', naiveKey).update(MESSAGE).digest()
      for (let at = 0; at < expected.length; at++) if (expected[at] !== sent[at]) return false
      return true
    }
  },
})
