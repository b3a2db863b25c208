import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Type } from 'typebox'
import { Fault, fault } from '../core/fault.ts'
import * as cryptoFields from './crypto-fields.ts'
import { decodeRequest } from './decode-request.ts'
import { errorReply, languageOf } from './error-body.ts'
import type { AnyField } from './field.ts'
import { field, optional, plain } from './field.ts'
import * as fields from './fields.ts'
import { decodeFields, encodeFields, listOf, objectOf, schemaOf } from './object-fields.ts'
import type { OperationRow } from './operation.ts'
import { OPERATIONS } from './operations/index.ts'
import { WIRE_ERRORS, wording } from './wire-errors/index.ts'

const UUID = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'

function kindOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof Fault ? error.kind : String(error)
  }
}

describe('fields', () => {
  /** Wire values that a field takes, and some that it refuses. */
  const cases: readonly (readonly [string, AnyField, readonly unknown[], readonly unknown[]])[] = [
    ['text', fields.text, ['', 'x'], [7]],
    ['number', fields.number, [0, 1.5], ['1']],
    ['boolean', fields.boolean, [true], ['true']],
    ['keyId', fields.keyId, [UUID], ['x', 7]],
    ['sequence', fields.sequence, [UUID], ['x']],
    ['tenantId', fields.tenantId, ['t'], [7]],
    ['materialId', fields.materialId, [UUID], ['x']],
    ['keyAlias', fields.keyAlias, ['a:/_-'], ['', 'a b']],
    ['keyDescription', fields.keyDescription, ['', '数据'], ['\u0001', '\ud800', 'x'.repeat(256)]],
    ['keySpec', fields.keySpec, ['AES_256', 'SM4'], ['DES', 'ALL']],
    ['keySpecFilter', fields.keySpecFilter, ['ALL', 'SM4'], ['x']],
    ['keyUsage', fields.keyUsage, ['SIGN_VERIFY'], ['x']],
    ['keyOrigin', fields.keyOrigin, ['kms', 'external'], ['x']],
    ['keyState', fields.keyState, ['2', '3', '4', '5'], ['1', '6', 2]],
    ['keyStateFilter', fields.keyStateFilter, ['1', '2', '3', '4', '5'], ['0', 6]],
    ['epochMsText', fields.epochMsText, ['1795511517236'], ['', 'x', 7]],
    ['epochMsTextOrEmpty', fields.epochMsTextOrEmpty, ['', '1795511517236'], ['x']],
    ['booleanText', fields.booleanText, ['true', 'false'], [true, 'x']],
    ['flagText', fields.flagText, ['0', '1'], ['2']],
    ['wholeNumber', fields.wholeNumber, ['0', '42'], ['-1', 'x', 1.5]],
    ['pendingDays', fields.pendingDays, ['7'], ['x', -7]],
    ['rotationInterval', fields.rotationInterval, [30], ['30', 1.5]],
    ['pageLimit', fields.pageLimit(10), ['1', '10'], ['0', '11', 'x']],
    ['marker', fields.marker, ['0', '10'], ['x', -1]],
    ['nextMarker', fields.nextMarker, ['', '10'], ['x', null]],
    ['plainText', cryptoFields.plainText, ['x', 'é', 'x'.repeat(200)], ['', '\ud800', 7]],
    ['base64CipherText', cryptoFields.base64CipherText, ['AAAA', 'AA=='], ['', 'A', '-']],
    ['base64', cryptoFields.base64, ['', 'AAAA'], ['A', 'AA']],
    ['hex', cryptoFields.hex(), ['00ff'], ['', '0', 'xx']],
    ['encryptionAlgorithm', cryptoFields.encryptionAlgorithm, ['SYMMETRIC_DEFAULT'], ['x']],
    ['additionalData', cryptoFields.additionalData, ['', 'x'.repeat(128)], ['x'.repeat(129)]],
    [
      'encryptionContext',
      cryptoFields.encryptionContext,
      [{ a: '1' }, {}],
      ['x', '[]', { a: 1 }, { a: '\ud800' }],
    ],
    ['length', cryptoFields.length(() => fault('internal')), ['512'], ['x', -1]],
    ['dataKeySpec', cryptoFields.dataKeySpec, ['HMAC_SM3'], ['x']],
  ]
  for (const [name, tested, good, bad] of cases) {
    test(name, () => {
      for (const wire of good) {
        const value = tested.decode(wire)
        assert.notEqual(value, undefined, JSON.stringify(wire))
        const encode = tested.encode as (decoded: unknown) => unknown // its own values
        assert.deepEqual(encode(value), wire)
      }
      for (const wire of bad) assert.equal(tested.decode(wire), undefined, JSON.stringify(wire))
      assert.ok(tested.malformed('name') instanceof Fault)
    })
  }

  test('numbers come as numbers, too, and contexts as text', () => {
    assert.equal(fields.wholeNumber.decode(7), 7)
    assert.equal(fields.keyStateFilter.decode(3), 'disabled')
    assert.equal(fields.marker.decode(''), 0)
    assert.deepEqual(cryptoFields.encryptionContext.decode('{"a":"1"}'), [['a', '1']])
    assert.equal(cryptoFields.encryptionContext.decode('{'), undefined)
    assert.equal(cryptoFields.encryptionContext.decode(`{"a":"${'x'.repeat(9000)}"}`), undefined)
    assert.equal(cryptoFields.encryptionContext.decode({ a: 'x'.repeat(9000) }), undefined)
    assert.equal(cryptoFields.plainText.decode('é'.repeat(2049)), undefined)
  })
})

describe('objects of fields', () => {
  const shape = { a: fields.keyId, b: optional(fields.text) }

  test('missing, malformed, unknown and null members', () => {
    assert.deepEqual(decodeFields(shape, { a: UUID, c: 7, b: null }), { a: UUID })
    assert.equal(
      kindOf(() => decodeFields(shape, {})),
      'parameter-missing',
    )
    assert.equal(
      kindOf(() => decodeFields(shape, { a: 'x' })),
      'key-id-malformed',
    )
    assert.equal(
      kindOf(() => decodeFields(shape, { a: UUID, b: 7 })),
      'field-invalid',
    )
    assert.deepEqual(encodeFields(shape, { a: UUID as never, b: undefined }), { a: UUID })
  })

  test('a member that every object has is not taken for one of the request', () => {
    const odd = { constructor: optional(fields.text) }
    assert.deepEqual(Object.keys(decodeFields(odd, {})), [])
  })

  test('lists and nested objects', () => {
    const list = listOf(objectOf({ n: fields.number }))
    assert.deepEqual(list.decode([{ n: 1 }, { n: 2 }]), [{ n: 1 }, { n: 2 }])
    assert.deepEqual(list.encode([{ n: 1 }]), [{ n: 1 }])
    assert.equal(list.decode('x'), undefined)
    assert.equal(list.decode([7]), undefined)
    assert.equal(listOf(fields.number).decode(['x']), undefined)
    assert.equal(list.malformed('x').kind, 'field-invalid')
    assert.equal(objectOf({}).decode(7), undefined)
    const schema = schemaOf(shape) as { readonly required?: readonly string[] }
    assert.deepEqual(schema.required, ['a'])
  })

  test('a field may refuse what its schema takes', () => {
    const even = field({
      schema: Type.Integer(),
      decode: (wire) => (wire % 2 === 0 ? wire : undefined),
      encode: (value) => value,
    })
    assert.equal(even.decode(2), 2)
    assert.equal(even.decode(3), undefined)
    assert.equal(even.decode('2'), undefined)
    assert.equal(plain(Type.Null()).malformed('x').kind, 'field-invalid')
  })
})

describe('requests', () => {
  const raw = { pathParameters: {}, query: '', headers: {}, body: '' }

  test('path, query, headers and body', () => {
    const events: OperationRow = OPERATIONS.ListRotationEvents
    const query = 'limit=5&marker=7&limit=9&x=%zz'
    const request = { ...raw, pathParameters: { key_id: UUID }, query }
    assert.deepEqual(decodeRequest(events, request), { key_id: UUID, limit: 5, marker: 7 })
    assert.deepEqual(decodeRequest(events, { ...request, query: '' }), { key_id: UUID })
    const shown: OperationRow = OPERATIONS.ShowToken
    assert.equal(
      kindOf(() => decodeRequest(shown, raw)),
      'parameter-missing',
    )
    const headers = { 'x-subject-token': 't' }
    const flagged = decodeRequest(shown, { ...raw, headers, query: 'nocatalog' })
    assert.deepEqual(flagged, { 'x-subject-token': 't', nocatalog: true })
    assert.deepEqual(decodeRequest(OPERATIONS.ShowVersions, { ...raw, body: 'ignored' }), {})
  })

  test('bodies that are no shallow JSON objects', () => {
    const row: OperationRow = OPERATIONS.ShowKeyRotationStatus
    const nest = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    for (const body of [undefined, '', '[]', '{', `{"a":${nest(16)}}`, '{"a":{"__proto__":1}}']) {
      assert.equal(
        kindOf(() => decodeRequest(row, { ...raw, body })),
        'body-not-json',
      )
    }
    const body = `{"key_id":"${UUID}","a":${nest(15)}}`
    assert.deepEqual(decodeRequest(row, { ...raw, body }), { key_id: UUID })
  })
})

describe('errors', () => {
  test('every fault has both languages, and every fact that they name', () => {
    for (const [kind, row] of Object.entries(WIRE_ERRORS)) {
      assert.ok(row.en.length > 0 && /\p{Script=Han}/u.test(row.zh), kind)
      const facts = (text: string) =>
        [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()
      assert.deepEqual(facts(row.en), facts(row.zh), kind)
      assert.match(row.code, /^(KMS|APIGW)\.\d{4}$/)
      assert.ok(row.status >= 400 && row.status < 600)
    }
    assert.match(wording('limit-out-of-range', { min: 1, max: 9 }, 'en'), /1 to 9/)
  })

  test('bodies of both kinds, extra headers', () => {
    const throttled = errorReply(
      fault('too-many-requests', { retryAfterSeconds: 7 }),
      'kms',
      'en',
      'r',
    )
    assert.deepEqual(throttled.headers, { 'Retry-After': '7' })
    const method = errorReply(
      fault('method-not-allowed', { allowed: 'GET' }),
      'identity',
      'zh',
      'r',
    )
    assert.deepEqual(method.headers, { Allow: 'GET' })
    assert.deepEqual(Object.keys(method.body), ['error'])
    const expired = errorReply(fault('token-expired'), 'kms', 'en', 'r')
    assert.equal(expired.body['error_code'], 'APIGW.0301')
    assert.equal(expired.code, 'KMS.0303')
  })

  test('languages', () => {
    assert.equal(languageOf('zh-cn', 'en'), 'zh')
    assert.equal(languageOf(undefined, 'zh-CN,zh;q=0.9'), 'zh')
    assert.equal(languageOf('en-us', 'zh'), 'en')
    assert.equal(languageOf(undefined, undefined), 'en')
  })
})

describe('the table of operations', () => {
  const rows: readonly OperationRow[] = Object.values(OPERATIONS)

  test('ids are names, methods with paths are unique', () => {
    for (const [name, row] of Object.entries(OPERATIONS)) assert.equal(row.id, name)
    const places = rows.map(({ method, path }) => `${method} ${path}`)
    assert.equal(new Set(places).size, places.length)
  })

  test('parameters of a path have fields, but for the project', () => {
    for (const row of rows) {
      const names = [...row.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const expected = names.filter((name) => name !== 'project_id').sort()
      assert.deepEqual(Object.keys(row.pathFields).sort(), expected, row.id)
    }
  })

  test('each names its source, and only faults that there are', () => {
    for (const row of rows) {
      assert.ok(row.source.length > 0 && row.summary.length > 0, row.id)
      for (const kind of row.faults) assert.ok(kind in WIRE_ERRORS, `${row.id} ${kind}`)
    }
  })
})
