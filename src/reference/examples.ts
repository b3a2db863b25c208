import type { JsonSchema } from '../contract/json-schema.ts'

const UUID = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
const KEY_AND_DIGEST =
  '000102030405060708090a0b0c0d0e0f' +
  'be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991'
const CIPHER_TEXT = 'KXK7BE2W3yhxugNMld4ncLkCS5TdJm+4AUqT3CVutwBJktskbQ=='
const BASE64 = 'EWzHIn3YM47pRJ/6VbALZsEcd9ItiOM+mfRPqgVguxZxzCeC3TiT7kmk/1q1EGvGIQ=='
const HEX_ID = 'be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991'

const PEM = `-----BEGIN PUBLIC KEY-----\n${BASE64}\n-----END PUBLIC KEY-----\n`

/** What is worth showing for a field of that name; the first that its schema takes is shown. */
const BY_NAME: Readonly<Record<string, readonly unknown[]>> = {
  auth: [
    {
      identity: {
        methods: ['password'],
        password: { user: { name: 'admin', password: '…', domain: { name: 'main' } } },
      },
      scope: { project: { name: 'local-1' } },
    },
  ],
  methods: ['password'],
  id: ['5f0c0e5b7a0e4c0f8d4e1b2a3c4d5e6f'],
  name: ['main'],
  user: ['admin'],
  expires_at: ['2026-11-25T12:00:00.000000Z'],
  issued_at: ['2026-11-24T12:00:00.000000Z'],
  updated: ['2018-11-20T00:00:00Z'],
  type: ['kms'],
  interface: ['public'],
  url: ['https://kms.example/v1.0/5f0c0e5b7a0e4c0f8d4e1b2a3c4d5e6f'],
  self: ['https://kms.example/v3'],
  href: ['https://kms.example/v3/'],
  rel: ['self'],
  description: [''],
  parent_id: ['5f0c0e5b7a0e4c0f8d4e1b2a3c4d5e6f'],
  actor: ['scheduler'],
  used: [3],
  quota: [100],
  total: [1],
  key_type: ['1'],
  keystore_id: ['0'],
  keystore_type: ['0'],
  multi_region_key_type: ['0'],
  sys_enterprise_project_id: ['0'],
  charge_id: [''],
  number_of_rotations: [1],
  to_version: [2],
  late_ms: [0],
  key_alias: ['orders'],
  key_description: ['Orders of the shop'],
  key_state: ['2'],
  realm: ['local-1'],
  region: ['local-1'],
  region_id: ['local-1'],
  domain_id: ['5f0c0e5b7a0e4c0f8d4e1b2a3c4d5e6f'],
  creation_date: ['1795511517236'],
  create_time: ['1795511517236'],
  last_rotation_time: ['1795511517236'],
  scheduled_deletion_date: [''],
  expiration_time: [''],
  pending_days: ['7'],
  rotation_interval: [30],
  days: [30],
  random_data_length: ['512'],
  datakey_length: ['512', '64'],
  datakey_plain_length: ['16'],
  datakey_cipher_length: ['16'],
  plain_text: ['hello', KEY_AND_DIGEST],
  plain_text_base64: ['aGVsbG8='],
  cipher_text: [CIPHER_TEXT, '0291b2f4c05e0f7d3a6191b2f4c05e0f7d3a6191b2f4c05e'],
  data_key: ['000102030405060708090a0b0c0d0e0f'],
  datakey_dgst: [HEX_ID],
  grant_id: [HEX_ID],
  grantee_principal: ['5f0c0e5b7a0e4c0f8d4e1b2a3c4d5e6f'],
  alias: ['alias/orders'],
  key: ['team'],
  value: ['payments'],
  values: ['payments'],
  message: ['aGVsbG8='],
  signature: [BASE64],
  mac: [BASE64],
  public_key: [BASE64, PEM],
  import_token: [BASE64],
  encrypted_key_material: [BASE64],
  shared_secret: [BASE64],
  truncated: ['false'],
  next_marker: [''],
  'x-subject-token': ['MIIDkgYJKoZIhvc…'],
  version_id: ['v1.0'],
  status: ['CURRENT'],
}

/** Shown when no name fits: something of every shape that our fields have. */
const BY_SHAPE: readonly unknown[] = [
  'text',
  UUID,
  '1795511517236',
  '1',
  '',
  '00ff',
  'AAAA',
  true,
  1,
  0,
]

/** Optional members that an example has all the same: without them it would show nothing. */
const SHOWN = new Set(['days', 'datakey_length'])

/** A value that `schema` takes, telling for a field of that name. */
export function exampleOf(name: string, schema: JsonSchema, members: 'all' | 'required'): unknown {
  const known = BY_NAME[name.toLowerCase()]?.find((value) => accepts(schema, value))
  if (known !== undefined) return known
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return exampleOf(name, schema.anyOf[0] ?? {}, members)
  if (schema.type === 'array') return [exampleOf(name, schema.items ?? {}, members)]
  if (schema.type === 'object') return objectExample(schema, members)
  return BY_SHAPE.find((value) => accepts(schema, value)) ?? schema.minimum ?? 'text'
}

function objectExample(schema: JsonSchema, members: 'all' | 'required'): unknown {
  if (schema.properties === undefined) return { name: 'value' }
  const shown = Object.entries(schema.properties).filter(
    ([name]) => members === 'all' || schema.required?.includes(name) || SHOWN.has(name),
  )
  return Object.fromEntries(shown.map(([name, member]) => [name, exampleOf(name, member, members)]))
}

/** Whether a schema takes a value, as far as examples need to know. */
function accepts(schema: JsonSchema, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((member) => accepts(member, value))
  if (schema.enum !== undefined) return schema.enum.includes(value)
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && fitsText(schema, value)
    case 'integer':
    case 'number':
      return (
        typeof value === 'number' &&
        value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
        value <= (schema.maximum ?? Number.POSITIVE_INFINITY)
      )
    case 'boolean':
      return typeof value === 'boolean'
    case 'object':
      return typeof value === 'object'
    default:
      return false
  }
}

function fitsText({ pattern, minLength, maxLength }: JsonSchema, value: string): boolean {
  return (
    (pattern === undefined || new RegExp(pattern, 'u').test(value)) &&
    value.length >= (minLength ?? 0) &&
    value.length <= (maxLength ?? Number.POSITIVE_INFINITY)
  )
}
