import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  isAllowed,
  matchesPattern,
  NO_RIGHTS,
  type RightsRequest,
  rightsOf,
  type Statement,
} from './policy.ts'
import { parsePolicyDocument } from './policy-document.ts'
import { parseSystemRole, SYSTEM_ROLES } from './system-roles.ts'
import type { EpochMs } from './time.ts'

const KEY = 'kms:eu-de:t1:KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f'
const NOW = Date.parse('2026-06-01T00:00:00Z') as EpochMs

function ask(action: string, more: Partial<RightsRequest> = {}): RightsRequest {
  return { action, resource: undefined, facts: {}, now: NOW, ...more }
}

function rights(...statements: readonly object[]) {
  const parsed = parsePolicyDocument({ Version: '1.1', Statement: statements })
  assert.ok('statements' in parsed, JSON.stringify(parsed))
  return rightsOf(parsed.statements)
}

describe('rights', () => {
  test('nobody may anything unless it is allowed; a deny wins, in any order', () => {
    const allow = { Effect: 'Allow', Action: ['kms:cmk:*'] }
    const deny = { Effect: 'Deny', Action: ['kms:cmk:create'] }
    assert.equal(isAllowed(NO_RIGHTS, ask('kms:cmk:create')), false)
    assert.equal(isAllowed(rights(allow), ask('kms:cmk:create')), true)
    assert.equal(isAllowed(rights(allow), ask('kms:dek:create')), false)
    for (const statements of [
      [allow, deny],
      [deny, allow],
    ]) {
      assert.equal(isAllowed(rights(...statements), ask('kms:cmk:create')), false)
      assert.equal(isAllowed(rights(...statements), ask('kms:cmk:get')), true)
    }
  })

  test('a statement about single keys says nothing of others, nor of what is about no key', () => {
    const one = rights({ Effect: 'Allow', Action: ['kms:cmk:get'], Resource: [KEY] })
    assert.equal(one.verdictOf('kms:cmk:get'), 'depends')
    assert.equal(isAllowed(one, ask('kms:cmk:get', { resource: KEY })), true)
    assert.equal(isAllowed(one, ask('kms:cmk:get', { resource: `${KEY}x` })), false)
    assert.equal(isAllowed(one, ask('kms:cmk:get')), false)
    const but = rights(
      { Effect: 'Allow', Action: ['kms:*'] },
      { Effect: 'Deny', Action: ['kms:*'], Resource: [KEY] },
    )
    assert.equal(isAllowed(but, ask('kms:cmk:get', { resource: KEY })), false)
    assert.equal(isAllowed(but, ask('kms:cmk:get', { resource: `${KEY}x` })), true)
    assert.equal(isAllowed(but, ask('kms:cmk:list')), true)
  })

  test('conditions', () => {
    const facts = { 'g:UserName': 'Ann', 'g:SourceIp': '127.0.0.1', 'g:SecureTransport': 'true' }
    const holds = (operator: string, key: string, ...values: readonly string[]) =>
      isAllowed(
        rights({ Effect: 'Allow', Action: ['a'], Condition: { [operator]: { [key]: values } } }),
        ask('a', { facts }),
      )
    assert.equal(holds('StringEquals', 'g:UserName', 'Bob', 'Ann'), true)
    assert.equal(holds('StringEquals', 'g:UserName', 'ann'), false)
    assert.equal(holds('StringEqualsIgnoreCase', 'g:UserName', 'ann'), true)
    assert.equal(holds('StringNotEquals', 'g:UserName', 'Bob'), true)
    assert.equal(holds('StringNotEquals', 'g:UserName', 'Bob', 'Ann'), false)
    assert.equal(holds('StringNotEqualsIgnoreCase', 'g:UserName', 'ann'), false)
    assert.equal(holds('StringLike', 'g:SourceIp', '127.*'), true)
    assert.equal(holds('StringNotLike', 'g:SourceIp', '10.*'), true)
    assert.equal(holds('StringStartWith', 'g:UserName', 'A'), true)
    assert.equal(holds('StringEndWith', 'g:UserName', 'A'), false)
    assert.equal(holds('Bool', 'g:SecureTransport', 'TRUE'), true)
    assert.equal(holds('DateLessThan', 'g:CurrentTime', '2026-07-01T00:00:00Z'), true)
    assert.equal(holds('DateGreaterThan', 'g:CurrentTime', '2026-07-01T00:00:00Z'), false)
    assert.equal(holds('DateGreaterThan', 'g:CurrentTime', '2026-05-31'), true)
    assert.equal(holds('DateLessThan', 'g:CurrentTime', '2026-06-01T02:00:01+02:00'), true)
    assert.equal(holds('StringEquals', 'g:ProjectName', 'x'), false, 'an unknown fact')
    assert.equal(holds('StringNotEquals', 'g:ProjectName', 'x'), true, 'is not x')
  })

  test('one more deny never allows more, one more allow never less', () => {
    const pattern = fc.constantFrom('kms:*', 'kms:cmk:*', 'kms:cmk:get', 'kms:dek:create', '*')
    const resource = fc.constantFrom(KEY, 'kms:*:*:KeyId:*', '*', 'kms:eu-nl:*')
    const statement: fc.Arbitrary<Statement> = fc.record({
      effect: fc.constantFrom('allow', 'deny'),
      actions: fc.array(pattern, { minLength: 1, maxLength: 3 }),
      resources: fc.array(resource, { maxLength: 2 }),
      conditions: fc.constant([]),
    })
    const asked = fc.record({
      action: fc.constantFrom('kms:cmk:get', 'kms:cmk:list', 'kms:dek:create'),
      resource: fc.constantFrom(undefined, KEY, `${KEY}x`),
    })
    fc.assert(
      fc.property(fc.array(statement), statement, asked, (statements, extra, about) => {
        const request = ask(about.action, { resource: about.resource })
        const before = isAllowed(rightsOf(statements), request)
        const after = isAllowed(rightsOf([...statements, extra]), request)
        if (extra.effect === 'deny') assert.ok(before || !after)
        else assert.ok(after || !before || statements.some(({ effect }) => effect === 'deny'))
      }),
      { numRuns: 500 },
    )
  })

  test('patterns', () => {
    assert.equal(matchesPattern('kms:*:get*', 'kms:cmk:getRotation'), true)
    assert.equal(matchesPattern('kms:*:get', 'kms:cmk:getRotation'), false)
    assert.equal(matchesPattern('', ''), true)
    assert.equal(matchesPattern('**', ''), true)
    assert.equal(matchesPattern('a', ''), false)
    const bomb = `${'*a'.repeat(200)}b`
    const startedAtMs = performance.now()
    assert.equal(matchesPattern(bomb, 'a'.repeat(20_000)), false)
    assert.ok(performance.now() - startedAtMs < 1000, 'no pattern is expensive')
  })

  test('verdicts are remembered', () => {
    const all = rights({ Effect: 'Allow', Action: '*' })
    assert.equal(all.verdictOf('x'), 'allow')
    assert.equal(all.verdictOf('x'), 'allow')
    assert.equal(rights({ Effect: 'Deny', Action: ['*'] }).verdictOf('x'), 'deny')
    assert.equal(NO_RIGHTS.verdictOf('x'), 'none')
  })
})

describe('policy documents', () => {
  const statement = { Effect: 'Allow', Action: ['kms:cmk:get'] }

  test('what is not understood is refused, never skipped', () => {
    const wrong: readonly unknown[] = [
      null,
      [],
      'x',
      {},
      { Version: '1.0', Statement: [statement] },
      { Version: '1.1' },
      { Version: '1.1', Statement: [] },
      { Version: '1.1', Statement: statement },
      { Version: '1.1', Statement: [statement], statement: [] },
      { Version: '1.1', Statement: Array(65).fill(statement) },
      ...[
        null,
        { ...statement, Effect: 'allow' },
        { ...statement, NotAction: [] },
        { ...statement, Action: [] },
        { ...statement, Action: [7] },
        { ...statement, Action: ['kms cmk'] },
        { ...statement, Resource: 7 },
        { ...statement, Resource: ['a b'] },
        { ...statement, Resource: Array(129).fill('a') },
        { ...statement, Condition: [] },
        { ...statement, Condition: { IpAddress: { 'g:SourceIp': ['x'] } } },
        { ...statement, Condition: { StringEquals: [] } },
        { ...statement, Condition: { StringEquals: { 'g:Moon': ['x'] } } },
        { ...statement, Condition: { StringEquals: { 'g:UserId': [7] } } },
        { ...statement, Condition: { StringEquals: { 'g:UserId': 7 } } },
        { ...statement, Action: [`kms:${'x'.repeat(125)}`] },
        { ...statement, Resource: [] },
        { ...statement, Resource: null },
        { ...statement, Condition: null },
        { ...statement, Condition: { StringEquals: {} } },
        { ...statement, Condition: { StringEquals: { 'g:UserId': [] } } },
        { ...statement, Condition: { StringEquals: { 'g:UserId': 'x'.repeat(1025) } } },
        { ...statement, Condition: { StringEquals: { 'g:UserId': Array(129).fill('x') } } },
        { ...statement, Condition: { DateLessThan: { 'g:CurrentTime': 'tomorrow' } } },
        { ...statement, Condition: { DateLessThan: { 'g:CurrentTime': '2026-01-01T00:00:00' } } },
        { ...statement, Condition: { DateGreaterThan: { 'g:UserName': '2026-01-01' } } },
        { ...statement, Condition: { Bool: { 'g:SecureTransport': 'yes' } } },
        { ...statement, Condition: { Bool: { 'g:UserName': 'true' } } },
      ].map((entry) => ({ Version: '1.1', Statement: [entry] })),
    ]
    for (const document of wrong) {
      assert.ok('problem' in parsePolicyDocument(document), JSON.stringify(document))
    }
  })

  test('a single action or value may stand without a list', () => {
    const document = {
      Version: '1.1',
      Statement: [
        {
          Effect: 'Deny',
          Action: 'kms:cmk:get',
          Resource: '*',
          Condition: { StringLike: { 'g:UserName': 'a*' } },
        },
      ],
    }
    assert.deepEqual(parsePolicyDocument(document), {
      statements: [
        {
          effect: 'deny',
          actions: ['kms:cmk:get'],
          resources: ['*'],
          conditions: [{ operator: 'StringLike', key: 'g:UserName', values: ['a*'] }],
        },
      ],
    })
  })
})

describe('system roles', () => {
  const may = (role: keyof typeof SYSTEM_ROLES, action: string) =>
    isAllowed(rightsOf(SYSTEM_ROLES[role].statements), ask(action))

  test('what each may', () => {
    const table = [
      ['kms:cmk:create', true, true, false],
      ['kms:cmk:crypto', true, true, false],
      ['kms:dek:create', true, true, false],
      ['kms:cmk:list', true, true, true],
      ['kms:cmk:getRotation', true, true, true],
      ['kms:cmk:getMaterial', true, true, false],
      ['kms:cmk:rotateOnDemand', true, true, false],
      ['kms:cmk:generate', true, true, false],
      ['keyturn:clock:advance', true, false, false],
      ['keyturn:clock:confirm', true, false, false],
      ['keyturn:identity:read', true, false, false],
    ] as const
    for (const [action, administrator, full, reader] of table) {
      assert.equal(may('KMS Administrator', action), administrator, action)
      assert.equal(may('KMS CMKFullAccess', action), full, action)
      assert.equal(may('KMS CMKReadOnlyAccess', action), reader, action)
    }
  })

  test('their names', () => {
    assert.equal(parseSystemRole('KMS Administrator'), 'KMS Administrator')
    assert.equal(parseSystemRole('toString'), undefined)
  })
})
