/** Place of `flags` in CK_TOKEN_INFO, after label, manufacturer, model and serial number. */
const FLAGS_AT = 96
/** One wrong PIN more locks the token. */
const CKF_USER_PIN_FINAL_TRY = 0x40000n

/**
 * Whether a filled CK_TOKEN_INFO says that one wrong PIN more locks the token; some tokens never tell.
 *
 * Source: PKCS #11 v3.0, base specification §3.2.
 */
export function isFinalTry(info: Buffer): boolean {
  return (info.readBigUInt64LE(FLAGS_AT) & CKF_USER_PIN_FINAL_TRY) !== 0n
}
