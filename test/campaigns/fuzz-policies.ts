import { Fault } from '../../src/core/fault.ts'
import {
  allowsAccessPoint,
  isInForce,
  type KeyPolicyDocument,
  parseKeyPolicy,
} from '../../src/core/key-policy.ts'
import { judge, type RightsRequest, rightsOf } from '../../src/core/policy.ts'
import { parsePolicyDocument } from '../../src/core/policy-document.ts'
import type { EpochMs } from '../../src/core/time.ts'
import { anyJson, mutateText } from './fuzz-inputs.ts'
import { mutateJson } from './fuzz-json.ts'
import { ruledOpening, ruledVerdict } from './policy-rule.ts'
import type { Chance } from './seeded-chance.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z') as EpochMs
const ACTIONS = ['kms:cmk:get', 'kms:cmk:create', 'kms:dek:create']
const RESOURCES = ['kms:r:t:KeyId:1', 'kms:r:t:KeyId:2', 'kms:r:other:KeyId:1']
const ACTION_PATTERNS = [...ACTIONS, 'kms:*:*', 'kms:cmk:*', '*', '*:*:*e', 'kms:*:c*t*', 'x']
const RESOURCE_PATTERNS = [...RESOURCES, '*', 'kms:*:t:KeyId:*', '*:1', 'kms:r:*', 'x']
const TIMES = [
  ...['2025-12-31', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+02:00', '2027-01-01T00:00Z'],
  ...['2026-01-01', '2025-06-31', '2026', 'Jan 1 2027', '2027-01-01T00:00:00', '2026-01-01T00:00Z'],
]
const TEXT_OPERATORS = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
  ...['StringLike', 'StringNotLike', 'StringStartWith', 'StringEndWith'],
]
const FACTS = ['g:UserName', 'g:SourceIp', 'g:ProjectName', 'g:UserId', 'g:DomainName']
const VALUES = ['Ann', 'ann', 'A*', '*n', 'Bob', '', '10.0.0.1', '10.*', 'a*b*c*d*e*f*g*h*', '*']
const WORDS = [
  ...['Version', 'Statement', 'Effect', 'Action', 'Resource', 'Condition', 'Allow', 'Deny', '1.1'],
  ...['NotAction', 'Bool', 'DateLessThan', 'DateGreaterThan', 'g:CurrentTime', 'g:SecureTransport'],
  ...[...ACTION_PATTERNS, ...RESOURCE_PATTERNS, ...TEXT_OPERATORS, ...FACTS, ...VALUES, ...TIMES],
]
const REQUESTS_OF_EACH = 6

/** Identity policies: what is not one is refused, and what is one says what the rule says, to the letter. */
export function fuzzPolicies(chance: Chance): void {
  const document = anyPolicy(chance)
  const parsed = parsePolicyDocument(document)
  for (let left = REQUESTS_OF_EACH; left > 0; left--) {
    const request = anyRequest(chance)
    const wanted = ruledVerdict(document, request)
    const got = 'problem' in parsed ? 'refused' : judge(rightsOf(parsed.statements), request)
    if (got !== wanted) tell(`${got}, not ${wanted}, for ${JSON.stringify(request)}`, document)
    if ('problem' in parsed) return
    const deny = { effect: 'deny', actions: ['*'], resources: [], conditions: [] } as const
    const verdict = judge(rightsOf([...parsed.statements, deny]), request)
    if (verdict !== 'deny') tell(`${verdict} in spite of a deny`, document)
  }
}

function anyPolicy(chance: Chance): unknown {
  if (chance.oneIn(12)) return anyJson(chance, WORDS, 4)
  const statements = Array.from({ length: 1 + chance.below(4) }, () => anyStatement(chance))
  const good = { Version: '1.1', Statement: statements }
  return chance.oneIn(3) ? good : mutateJson(chance, good, WORDS)
}

function anyStatement(chance: Chance): unknown {
  return {
    Effect: chance.oneIn(3) ? 'Deny' : 'Allow',
    Action: oneOrMore(chance, ACTION_PATTERNS),
    ...(chance.oneIn(2) ? { Resource: oneOrMore(chance, RESOURCE_PATTERNS) } : {}),
    ...(chance.oneIn(2) ? { Condition: Object.fromEntries(anyConditions(chance)) } : {}),
  }
}

function* anyConditions(chance: Chance): Generator<[string, unknown]> {
  for (let left = 1 + chance.below(2); left > 0; left--) {
    const kind = chance.below(4)
    if (kind === 0)
      yield ['Bool', { 'g:SecureTransport': chance.pick(['true', 'FALSE', ['false']]) }]
    else if (kind === 1) {
      const operator = chance.pick(['DateLessThan', 'DateGreaterThan'])
      yield [operator, { 'g:CurrentTime': oneOrMore(chance, TIMES) }]
    } else {
      yield [chance.pick(TEXT_OPERATORS), { [chance.pick(FACTS)]: oneOrMore(chance, VALUES) }]
    }
  }
}

function oneOrMore(chance: Chance, from: readonly string[]): unknown {
  if (chance.oneIn(2)) return chance.pick(from)
  return Array.from({ length: 1 + chance.below(3) }, () => chance.pick(from))
}

function anyRequest(chance: Chance): RightsRequest {
  const maybe = (name: string, values: readonly string[]) =>
    chance.oneIn(3) ? {} : { [name]: chance.pick(values) }
  return {
    action: chance.pick(ACTIONS),
    resource: chance.oneIn(3) ? undefined : chance.pick(RESOURCES),
    facts: {
      ...maybe('g:UserName', ['Ann', 'ANN', 'a'.repeat(100), 'Bob']),
      ...maybe('g:SourceIp', ['10.0.0.1', '127.0.0.1']),
      ...maybe('g:SecureTransport', ['true', 'false']),
    },
    now: (NOW + (chance.below(3) - 1) * 1000) as EpochMs,
  }
}

const POINTS = ['p-1', 'p-2']
/** Longest text of a policy that the contract lets in. */
const MAX_TEXT_LETTERS = 16_384
const KEY_POLICY_WORDS = [
  ...['version', 'validity_period', 'start_time', 'end_time', 'allowed_access_point', '1.0'],
  ...['allowed_data_security_zone', 'validityPeriod', 'startTime', 'endTime', 'allowedAccessPoint'],
  ...['allowedDataSecurityZone', ...TIMES, ...POINTS],
]

/** Policies of capsules, as their text comes: open for whom and when the rule says, and for nobody else. */
export function fuzzKeyPolicies(chance: Chance): void {
  const json = chance.oneIn(12) ? anyJson(chance, KEY_POLICY_WORDS, 4) : anyKeyPolicy(chance)
  const changed = chance.oneIn(3) ? json : mutateJson(chance, json, KEY_POLICY_WORDS)
  const whole = JSON.stringify(changed)
  const text = chance.oneIn(6) ? mutateText(chance, whole) : whole
  if (text.length > MAX_TEXT_LETTERS) return
  let parsed: KeyPolicyDocument | undefined
  try {
    parsed = parseKeyPolicy(text)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
  }
  for (const point of POINTS) {
    const now = (NOW + (chance.below(3) - 1) * 1000) as EpochMs
    const wanted = ruledOpening(text, point, now)
    const got = parsed && isInForce(parsed, now) && allowsAccessPoint(parsed, point)
    if (got !== wanted) tell(`${got}, not ${wanted}, for ${point} at ${now}`, changed)
  }
}

function anyKeyPolicy(chance: Chance): unknown {
  const isCamel = chance.oneIn(2)
  const spell = (name: string) =>
    isCamel ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : name
  const time = (name: string) => (chance.oneIn(2) ? { [spell(name)]: chance.pick(TIMES) } : {})
  return {
    ...(chance.oneIn(2) ? { version: '1.0' } : {}),
    [spell('validity_period')]: { ...time('start_time'), ...time('end_time') },
    [spell('allowed_access_point')]: chance.oneIn(4) ? [] : [chance.pick(POINTS)],
    ...(chance.oneIn(3) ? { [spell('allowed_data_security_zone')]: ['z'] } : {}),
  }
}

function tell(what: string, document: unknown): never {
  throw new Error(`${what}: ${JSON.stringify(document).slice(0, 400)}`)
}
