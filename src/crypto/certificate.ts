import { createPrivateKey, X509Certificate } from 'node:crypto'

/** An address rather than a name. */
const ADDRESS = /:|^\d+(\.\d+){3}$/

/** What matters of a certificate before a client sees it. */
export interface CertificateFacts {
  /** Milliseconds since 1970. */
  readonly validFrom: number
  /** Milliseconds since 1970. */
  readonly validTo: number
  /** Whether the private key is the one that it is for. */
  readonly isOfKey: boolean
  /** Whether it may stand for a host name or address. Source: RFC 6125. */
  readonly isForHost: (host: string) => boolean
}

/**
 * Reads the first certificate of a chain, and the private key that goes with it, both PEM.
 *
 * @throws {Error} when either is none
 */
export function certificateFacts(
  certificate: Uint8Array,
  privateKey: Uint8Array,
): CertificateFacts {
  const parsed = new X509Certificate(certificate)
  const key = createPrivateKey(Buffer.from(privateKey))
  return {
    validFrom: parsed.validFromDate.getTime(),
    validTo: parsed.validToDate.getTime(),
    isOfKey: parsed.checkPrivateKey(key),
    isForHost: (host) =>
      (ADDRESS.test(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined,
  }
}
