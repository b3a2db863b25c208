import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A certificate with its private key (PEM). */
export interface CertificateFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** Certificates for an upstream on 127.0.0.1. */
export interface LinkCertificates {
  /** Who vouches for the right one. */
  readonly caFile: string
  readonly right: CertificateFiles
  /** By another authority, for another name, and expired. */
  readonly wrong: readonly CertificateFiles[]
}

const OWN_NAME = 'IP:127.0.0.1'
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes certificates with the openssl command, in a folder. */
export function makeLinkCertificates(folder: string): LinkCertificates {
  const at = (name: string) => join(folder, name)
  const openssl = (...words: readonly string[]) =>
    execFileSync('openssl', words, { stdio: 'ignore' })
  const authority = (name: string): string => {
    const files = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)]
    openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`, ...files)
    return name
  }
  const issue = (name: string, by: string, subject: string, days: string): CertificateFiles => {
    const asked = at(`${name}.csr`)
    const key = at(`${name}.key`)
    const cert = at(`${name}.pem`)
    const names = ['-subj', `/CN=${name}`]
    openssl('req', ...NEW_KEY, ...names, '-keyout', key, '-out', asked)
    const extensions = at(`${name}.txt`)
    writeFileSync(extensions, `subjectAltName=${subject}\n`)
    const signer = ['-CA', at(`${by}.pem`), '-CAkey', at(`${by}.key`), '-extfile', extensions]
    openssl('x509', '-req', '-in', asked, ...signer, '-days', days, '-out', cert)
    return { cert: readFileSync(cert), key: readFileSync(key) }
  }
  const known = authority('known')
  const stranger = authority('stranger')
  return {
    caFile: at('known.pem'),
    right: issue('right', known, OWN_NAME, '2'),
    wrong: [
      issue('other-authority', stranger, OWN_NAME, '2'),
      issue('other-name', known, 'DNS:elsewhere.example', '2'),
      issue('expired', known, OWN_NAME, '-1'),
    ],
  }
}
