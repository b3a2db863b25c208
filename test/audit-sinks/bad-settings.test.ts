import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { runKeyturn } from '../cli/run-keyturn.ts'
import { makeCertificate } from '../deploy/make-certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-settings-'))
after(() => rmSync(folder, { recursive: true }))
const { certFile, keyFile } = makeCertificate(folder)
mkdirSync(join(folder, 'other'))
const stranger = makeCertificate(join(folder, 'other'))
const noPem = join(folder, 'no.pem')
writeFileSync(noPem, 'this is no certificate')
const absent = join(folder, 'absent.pem')

async function printedBy(command: readonly string[], language: string) {
  const { code, out, err } = await runKeyturn(command, { KEYTURN_LANGUAGE: language })
  return { exitCode: code, printed: out + err }
}

const SYSLOG = ['--audit-sinks', 'file,syslog:best-effort', '--audit-syslog']
const TLS = [...SYSLOG, 'syslog+tls://127.0.0.1:6514']
const KMS = ['--seal', 'kms', '--seal-kms-url', 'https://kms.example']

/** What is given, and what is said of it in English and in Chinese. */
const BAD: Readonly<Record<string, readonly [readonly string[], RegExp, RegExp]>> = {
  'no files': [['--audit-sinks', 'stdout'], /must name file/, /必须包含 file/],
  'an unknown sink': [['--audit-sinks', 'file,kafka'], /there is no sink kafka/, /没有去向 kafka/],
  'a sink twice': [['--audit-sinks', 'file,stdout,stdout'], /more than once/, /不止一次/],
  'syslog to nowhere': [['--audit-sinks', 'file,syslog'], /go together/, /须同时给出/],
  'a receiver without syslog': [['--audit-syslog', 'syslog+tcp://h'], /go together/, /须同时给出/],
  'a URL of another kind': [
    [...SYSLOG, 'https://h'],
    /must be syslog\+tls/,
    /的写法为 syslog\+tls/,
  ],
  'a URL with a password': [
    [...SYSLOG, 'syslog+tls://u:p@h'],
    /must be syslog\+tls/,
    /的写法为 syslog\+tls/,
  ],
  'port 0': [[...SYSLOG, 'syslog+tcp://h:0'], /must be syslog\+tls/, /的写法为 syslog\+tls/],
  'UDP as required': [
    ['--audit-sinks', 'file,syslog', '--audit-syslog', 'syslog+udp://h'],
    /cannot be required/,
    /不能作为必需的去向/,
  ],
  'a certificate without its key': [
    [...TLS, '--audit-syslog-cert', certFile],
    /cert and --audit-syslog-key go together/,
    /cert 与 --audit-syslog-key 须同时给出/,
  ],
  'authorities for TCP': [
    [...SYSLOG, 'syslog+tcp://h', '--audit-syslog-ca', certFile],
    /ca goes with syslog\+tls/,
    /ca 只用于 syslog\+tls/,
  ],
  'authorities that are not there': [
    [...TLS, '--audit-syslog-ca', absent],
    /ca: .*absent.pem cannot be read/,
    /ca：无法读取 .*absent.pem/,
  ],
  'authorities that are none': [
    [...TLS, '--audit-syslog-ca', noPem],
    /no.pem holds no certificate/,
    /no.pem 中没有证书/,
  ],
  'the key of another certificate': [
    [...TLS, '--audit-syslog-cert', certFile, '--audit-syslog-key', stranger.keyFile],
    /key is not the private key/,
    /不是 --audit-syslog-cert 的私钥/,
  ],
  'a lag of nothing': [['--audit-sink-lag-ms', '1'], /from 500 to 600000/, /500 至 600000/],
}

const BAD_SEALS: typeof BAD = {
  'no service': [['--seal', 'kms'], /kms needs --seal-kms-url/, /需要 --seal-kms-url/],
  'no token': [['--seal', 'pkcs11'], /pkcs11 needs --seal-token/, /需要 --seal-token/],
  'credentials for no service': [
    ['--seal-kms-credentials', absent],
    /credentials goes with --seal-kms-url/,
    /须与 --seal-kms-url 一同给出/,
  ],
  'no credentials': [KMS, /credentials is missing/, /缺少 --seal-kms-credentials/],
  'a service that is no URL': [
    ['--seal-kms-url', 'kms.example', '--seal-kms-credentials', noPem],
    /must be a URL, as https/,
    /必须是 URL，如 https/,
  ],
  'credentials in the URL': [
    ['--seal-kms-url', 'https://u:p@kms.example', '--seal-kms-credentials', noPem],
    /without user and password/,
    /不含用户名和密码/,
  ],
}
const BAD_SEAL_FILES: typeof BAD = {
  'credentials that are not there': [
    [...KMS, '--seal-kms-credentials', absent],
    /absent.pem cannot be read/,
    /无法读取 .*absent.pem/,
  ],
  'credentials that are no JSON': [
    [...KMS, '--seal-kms-credentials', noPem],
    /no.pem is no JSON/,
    /no.pem 不是 JSON/,
  ],
}

describe('settings that will not do are named before anything is begun', () => {
  const data = ['--data', join(folder, 'data')]
  for (const [what, [flags, english, chinese]] of Object.entries({ ...BAD, ...BAD_SEALS })) {
    for (const command of [['config', 'check'], ['serve']]) {
      test(`${command.join(' ')}: ${what}`, async () => {
        for (const [language, said] of [
          ['en', english],
          ['zh', chinese],
        ] as const) {
          const { exitCode, printed } = await printedBy([...command, ...data, ...flags], language)
          assert.match(printed, said)
          assert.equal(exitCode, 2)
          assert.doesNotMatch(printed, /u:p@/)
        }
      })
    }
  }

  for (const [what, [flags, english, chinese]] of Object.entries(BAD_SEAL_FILES)) {
    test(`config check: ${what}`, async () => {
      for (const [language, said] of [
        ['en', english],
        ['zh', chinese],
      ] as const) {
        const { exitCode, printed } = await printedBy(
          ['config', 'check', ...data, ...flags],
          language,
        )
        assert.match(printed, said)
        assert.equal(exitCode, 2)
      }
    })
  }

  test('config check: all that will do', async () => {
    const credentials = join(folder, 'credentials.json')
    writeFileSync(credentials, '{"access_key":"A","secret_key":"S"}')
    const own = ['--audit-syslog-cert', certFile, '--audit-syslog-key', keyFile]
    const flags = [...TLS, '--audit-syslog-ca', certFile, ...own]
    const seal = [...KMS, '--seal-kms-credentials', credentials, '--seal-kms-ca', certFile]
    const { exitCode, printed } = await printedBy(['config', 'check', ...flags, ...seal], 'en')
    assert.equal(printed, 'The settings will do.')
    assert.equal(exitCode, 0)
  })

  test('a bad file leaves no data folder behind', () => {
    assert.equal(execFileSync('ls', ['-A', folder], { encoding: 'utf8' }).includes('data'), false)
  })
})
