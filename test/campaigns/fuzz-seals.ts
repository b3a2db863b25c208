import { hash } from 'node:crypto'
import { checkpointSigner, isGenuine } from '../../src/audit/checkpoint.ts'
import {
  isRotationStatement,
  ROTATION_STATEMENT_TYPE,
} from '../../src/contract/rotation-statement.ts'
import type { EpochMs } from '../../src/core/time.ts'
import {
  ed25519Key,
  ed25519KeyId,
  publicKeysIn,
  publicPemOf,
} from '../../src/crypto/ed25519-key.ts'
import { openJws, parseJws, signJws } from '../../src/crypto/jws.ts'
import { rootKeyFrom } from '../../src/crypto/root-key.ts'
import { SecretBytes } from '../../src/crypto/secret-bytes.ts'
import { SealError } from '../../src/ports/seal.ts'
import {
  type GuardParameters,
  guardedText,
  parseGuarded,
  unwrapRoots,
  wrapRoots,
} from '../../src/seals/guarded-file.ts'
import { sharesGuard } from '../../src/seals/shamir-guard.ts'
import { parametersOf } from '../../src/seals/share-collection.ts'
import { parseShare, splitKey } from '../../src/seals/shares.ts'
import { mutateBytes, mutateText } from './fuzz-inputs.ts'
import { mutateJson } from './fuzz-json.ts'
import type { Chance } from './seeded-chance.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z') as EpochMs
const SEAL_ID = '0123456789abcdef'
const SHARING = { threshold: 2, shares: 3 }
const bytesOf = (fill: number) => new SecretBytes(Buffer.alloc(32, fill))
const textOf = (secret: SecretBytes) => secret.lend((bytes) => Buffer.from(bytes).toString())

/** Shares of a seal: forged, mixed and repeated ones give no key but the one that was shared. */
export async function prepareShares(): Promise<(chance: Chance) => Promise<void>> {
  const sealing = bytesOf(6)
  const texts: string[] = []
  const digests: string[] = []
  for (const seal of [SEAL_ID, SEAL_ID.replace('0', 'f')]) {
    for (const made of await splitKey(sealing, seal, SHARING)) {
      texts.push(textOf(made.text))
      digests.push(made.digest)
    }
  }
  const good = parametersOf({ ...SHARING, digests: digests.slice(0, SHARING.shares) })
  return async (chance) => {
    const given = Array.from({ length: 1 + chance.below(3) }, () => changedShare(chance, texts))
    const parameters = chance.oneIn(2) ? good : changedParameters(chance, good, given)
    const key = await orSealError(() =>
      sharesGuard(given.map((text) => new SecretBytes(Buffer.from(text)))).recover(
        SEAL_ID,
        parameters,
      ),
    )
    // By a file that was changed as well forged shares may give some key: it opens nothing.
    if (key === undefined || parameters !== good) return
    const areWritten = given.every((text) => texts.includes(text.trim()))
    const isRight = textOf(key) === textOf(sealing)
    if (!areWritten || !isRight) throw new Error(`a key of ${given.join(' ')}`)
  }
}

function changedShare(chance: Chance, texts: readonly string[]): string {
  const text = chance.pick(texts)
  if (chance.oneIn(2)) return text
  const body = text.slice(0, text.lastIndexOf(':'))
  const parts = body.split(':')
  const at = 2 + chance.below(parts.length - 2)
  const other = chance.pick(texts).split(':')[at] ?? ''
  parts[at] = chance.oneIn(2) ? other : mutateText(chance, parts[at] ?? '')
  const changed = chance.oneIn(3) ? mutateText(chance, body) : parts.join(':')
  const mended = `${changed}:${hash('sha256', changed).slice(0, 16)}`
  return chance.oneIn(4) ? `${changed}${text.slice(text.lastIndexOf(':'))}` : mended
}

/** What a file says of its shares, changed; at best so that it fits the shares that are given. */
function changedParameters(
  chance: Chance,
  good: GuardParameters,
  given: readonly string[],
): GuardParameters {
  if (chance.oneIn(4)) {
    const changed = mutateJson(chance, good, ['threshold', 'shares', 'digests', '2', '99'])
    return Object(changed) as GuardParameters // as far as the reader of the file looks
  }
  const digests = Array.from({ length: SHARING.shares }, () => hash('sha256', ''))
  for (const text of given) {
    const share = parseShare(new SecretBytes(Buffer.from(text)))
    if (share !== undefined && share.number >= 1) digests[share.number - 1] = share.digest
  }
  return parametersOf({ ...SHARING, digests: digests.slice(0, SHARING.shares) })
}

/** Files of seals: changed, also by somebody who mends the checksum, they are refused or open nothing. */
export function fuzzSealFiles(chance: Chance): void {
  const good = chance.pick(SEAL_FILES)
  const other = chance.pick(SEAL_FILES)
  const text = chance.oneIn(4) ? mutateText(chance, good) : changedSealFile(chance, good, other)
  let file: ReturnType<typeof parseGuarded>
  try {
    file = parseGuarded('root.key', text)
  } catch (error) {
    if (error instanceof SealError) return
    throw error
  }
  const roots = unwrapRoots(SEALING, file)
  const isWritten = SEAL_FILES.some((one) => guardedText(file) === one)
  if ((roots !== undefined) !== isWritten)
    throw new Error(`a seal ${isWritten ? 'shut' : 'open'}: ${text}`)
}

const SEALING = bytesOf(7)
const SEAL_FILES: readonly string[] = [
  { kind: 'shamir', id: SEAL_ID, guard: { threshold: 2, shares: 3, digests: 'a b c' } } as const,
  { kind: 'passphrase', id: 'a'.repeat(16), guard: { salt: 'c2FsdA==', passes: 3 } } as const,
].flatMap((head) => [
  guardedText(wrapRoots(SEALING, head, [bytesOf(8)])),
  guardedText(wrapRoots(SEALING, head, [bytesOf(9), bytesOf(8)])),
])

function changedSealFile(chance: Chance, good: string, other: string): string {
  const words = ['format', 'kind', 'id', 'guard', 'roots', 'wrapped', 'checksum', SEAL_ID, 'pkcs11']
  const [content, foreign] = [JSON.parse(good), JSON.parse(other)]
  const name = chance.pick(['kind', 'id', 'guard', 'roots', 'wrapped'])
  const file = chance.oneIn(2)
    ? { ...content, [name]: foreign[name] }
    : Object(mutateJson(chance, content, words))
  if (chance.oneIn(4)) {
    const wrapped = mutateBytes(chance, Buffer.from(content.wrapped, 'base64'))
    file.wrapped = wrapped.toString('base64')
  }
  const { format, kind, id, guard, roots, wrapped } = file
  const bound = JSON.stringify([format, kind, id, Object.entries(guard ?? {}), roots])
  return JSON.stringify({
    ...file,
    checksum: hash('sha256', bound + (typeof wrapped === 'string' ? wrapped : '')).slice(0, 16),
  })
}

const ROOT = rootKeyFrom(bytesOf(10))
const SIGNERS = [ed25519Key(bytesOf(11)), ed25519Key(bytesOf(12))]
const PEM = SIGNERS.slice(0, 1).map(publicPemOf).join('')
const SAID = [
  { format: 1, key: { key_id: 'k', state: 'enabled' }, versions: [{ version: 1 }] },
  { format: 1, key: { key_id: 'l', state: 'disabled' }, versions: [] },
]
const STATEMENTS = SIGNERS.flatMap((signer) => [
  ...SAID.map((said) => signJws(said, ROTATION_STATEMENT_TYPE, signer)),
  ...SAID.map((said) => signJws(said, 'other+json', signer)),
])
const GENUINE = STATEMENTS.slice(0, SAID.length)
const CHECKPOINT_KEY = ed25519Key(ROOT.checkpoint)

/** Signed statements about rotations, in both forms: what is genuine was signed, word by word, as one. */
export function fuzzStatements(chance: Chance): void {
  const [good, other] = [chance.pick(STATEMENTS), chance.pick(STATEMENTS)]
  const parts = { ...good }
  const name = chance.pick(['protected', 'payload', 'signature'] as const)
  const how = chance.below(4)
  if (how === 0) parts[name] = other[name]
  if (how === 1) parts[name] = changedPart(chance, good[name])
  if (how === 2) parts[name] = mutateText(chance, good[name])
  const isCompact = chance.oneIn(2)
  const whole = isCompact
    ? `${parts.protected}.${parts.payload}.${parts.signature}`
    : JSON.stringify(chance.oneIn(3) ? mutateJson(chance, parts, ['payload', 'protected']) : parts)
  const jws = parseJws(chance.oneIn(4) ? mutateText(chance, whole) : whole)
  const keys = publicKeysIn(chance.oneIn(4) ? mutateText(chance, PEM) : PEM)
  const opened = jws && openJws(jws, ROTATION_STATEMENT_TYPE, keys)
  if (opened?.kind !== 'genuine') return
  const isSigned = GENUINE.some(
    ({ payload }) => Buffer.from(payload, 'base64url').toString() === opened.payload,
  )
  const isOurs = opened.keyId === ed25519KeyId(CHECKPOINT_KEY) || !isSigned
  if (isOurs || !isRotationStatement(JSON.parse(opened.payload)))
    throw new Error(`a statement: ${whole}`)
}

function changedPart(chance: Chance, part: string): string {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return mutateText(chance, part) // a signature
  }
  const words = ['alg', 'none', 'HS256', 'kid', 'typ', 'crit', 'format', 'enabled', 'key']
  return Buffer.from(JSON.stringify(mutateJson(chance, value, words))).toString('base64url')
}

const CHECKPOINT = checkpointSigner(ROOT).now()('0'.repeat(16), 7, Buffer.alloc(32, 13), NOW)

/** Checkpoints of audit logs: one that says anything else than what was signed is not genuine. */
export function fuzzCheckpoints(chance: Chance): void {
  const { chain, count, at, head, signature } = CHECKPOINT
  const changed = [
    { chain: mutateText(chance, chain) },
    { chain: `${chain}\n${count}`, count: at },
    { count: chance.below(10) },
    { at: (at + chance.below(3) - 1) as EpochMs },
    { head: mutateBytes(chance, Buffer.from(head)) },
    { signature: mutateBytes(chance, Buffer.from(signature)) },
  ]
  const one = { ...CHECKPOINT, ...chance.pick(changed) }
  const isSigned =
    `${[one.chain, one.count, one.at]}` === `${[chain, count, at]}` &&
    Buffer.from(one.head).equals(head) &&
    Buffer.from(one.signature).equals(signature)
  if (isGenuine(one, CHECKPOINT_KEY) !== isSigned)
    throw new Error(`a checkpoint: ${JSON.stringify(one)}`)
}

async function orSealError<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}
