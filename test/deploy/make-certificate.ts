import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate that is its own authority, for `keyturn`, `localhost` and this machine's address. */
export interface TestCertificate {
  readonly certFile: string
  readonly keyFile: string
  /** Both in one file. */
  readonly bundleFile: string
  readonly pem: Buffer
}

/** Makes a certificate with the openssl command. */
export function makeCertificate(folder: string): TestCertificate {
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  const bundleFile = join(folder, 'bundle.pem')
  const names = 'DNS:keyturn,DNS:localhost,IP:127.0.0.1'
  const args = [
    '-subj',
    '/CN=keyturn',
    '-addext',
    `subjectAltName=${names}`,
    '-days',
    '2',
    '-nodes',
  ]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, ...args, '-keyout', keyFile, '-out', certFile],
    { stdio: 'ignore' },
  )
  const pem = readFileSync(certFile)
  writeFileSync(bundleFile, Buffer.concat([pem, readFileSync(keyFile)]), { mode: 0o600 })
  return { certFile, keyFile, bundleFile, pem }
}
