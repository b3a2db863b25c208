import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseWebhookSecrets, signWebhook } from './sign-webhook.ts'

// Source: Standard Webhooks, reference implementation for JavaScript, its test "sign function works".
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const AT = 1614265330
const BODY = '{"test": 2432232314}'
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

test('a signature is as the specification has it', () => {
  const secrets = parseWebhookSecrets(`${SECRET}\n`)
  assert.deepEqual(secrets && signWebhook(secrets, ID, AT, BODY), {
    'webhook-id': ID,
    'webhook-timestamp': String(AT),
    'webhook-signature': SIGNATURE,
  })
})

test('while a secret changes, both sign', () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const secrets = parseWebhookSecrets(`${other}\n\n${SECRET}\r\n`)
  const signed = secrets && signWebhook(secrets, ID, AT, BODY)
  const [first, second, ...more] = signed?.['webhook-signature'].split(' ') ?? []
  assert.match(first ?? '', /^v1,/)
  assert.notEqual(first, SIGNATURE)
  assert.equal(second, SIGNATURE)
  assert.deepEqual(more, [])
})

test('what is no secret is refused, whole file and all', () => {
  const short = `whsec_${Buffer.alloc(23).toString('base64')}`
  const long = `whsec_${Buffer.alloc(65).toString('base64')}`
  for (const text of ['', '\n', 'secret', SECRET.slice(6), short, long, `${SECRET}\nwhsec_*`]) {
    assert.equal(parseWebhookSecrets(text), undefined, text)
  }
})

test('a secret does not print', () => {
  const secrets = parseWebhookSecrets(SECRET)
  assert.doesNotMatch(JSON.stringify(secrets) + String(secrets), /MfKQ/)
})
