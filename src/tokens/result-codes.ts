/*
 * Return values of Cryptoki functions. Source: PKCS #11 v3.0 (OASIS), base specification §5.1, and
 * `pkcs11t.h` for the numbers.
 */

/** The value of a call that did what it should. */
export const CKR_OK = 0n

/**
 * What a return value means for later calls: `proceed`, nothing; `restart`, the session is of no more
 * use and a new process may do better; `give-up`, asking again can only lock the token.
 */
export type Aftermath = 'proceed' | 'restart' | 'give-up'

const NAMES: Readonly<Record<number, string>> = {
  2: 'CKR_HOST_MEMORY',
  3: 'CKR_SLOT_ID_INVALID',
  5: 'CKR_GENERAL_ERROR',
  6: 'CKR_FUNCTION_FAILED',
  7: 'CKR_ARGUMENTS_BAD',
  16: 'CKR_ATTRIBUTE_READ_ONLY',
  17: 'CKR_ATTRIBUTE_SENSITIVE',
  18: 'CKR_ATTRIBUTE_TYPE_INVALID',
  19: 'CKR_ATTRIBUTE_VALUE_INVALID',
  27: 'CKR_ACTION_PROHIBITED',
  32: 'CKR_DATA_INVALID',
  33: 'CKR_DATA_LEN_RANGE',
  48: 'CKR_DEVICE_ERROR',
  49: 'CKR_DEVICE_MEMORY',
  50: 'CKR_DEVICE_REMOVED',
  84: 'CKR_FUNCTION_NOT_SUPPORTED',
  96: 'CKR_KEY_HANDLE_INVALID',
  98: 'CKR_KEY_SIZE_RANGE',
  99: 'CKR_KEY_TYPE_INCONSISTENT',
  104: 'CKR_KEY_FUNCTION_NOT_PERMITTED',
  112: 'CKR_MECHANISM_INVALID',
  113: 'CKR_MECHANISM_PARAM_INVALID',
  130: 'CKR_OBJECT_HANDLE_INVALID',
  144: 'CKR_OPERATION_ACTIVE',
  145: 'CKR_OPERATION_NOT_INITIALIZED',
  160: 'CKR_PIN_INCORRECT',
  161: 'CKR_PIN_INVALID',
  162: 'CKR_PIN_LEN_RANGE',
  163: 'CKR_PIN_EXPIRED',
  164: 'CKR_PIN_LOCKED',
  176: 'CKR_SESSION_CLOSED',
  177: 'CKR_SESSION_COUNT',
  179: 'CKR_SESSION_HANDLE_INVALID',
  181: 'CKR_SESSION_READ_ONLY',
  208: 'CKR_TEMPLATE_INCOMPLETE',
  209: 'CKR_TEMPLATE_INCONSISTENT',
  224: 'CKR_TOKEN_NOT_PRESENT',
  225: 'CKR_TOKEN_NOT_RECOGNIZED',
  226: 'CKR_TOKEN_WRITE_PROTECTED',
  256: 'CKR_USER_ALREADY_LOGGED_IN',
  257: 'CKR_USER_NOT_LOGGED_IN',
  258: 'CKR_USER_PIN_NOT_INITIALIZED',
  304: 'CKR_DOMAIN_PARAMS_INVALID',
  320: 'CKR_CURVE_NOT_SUPPORTED',
  336: 'CKR_BUFFER_TOO_SMALL',
  400: 'CKR_CRYPTOKI_NOT_INITIALIZED',
  439: 'CKR_LIBRARY_LOAD_FAILED',
  512: 'CKR_FUNCTION_REJECTED',
  513: 'CKR_TOKEN_RESOURCE_EXCEEDED',
}

const RESTART: ReadonlySet<string> = new Set([
  'CKR_HOST_MEMORY',
  'CKR_GENERAL_ERROR',
  'CKR_DEVICE_ERROR',
  'CKR_DEVICE_REMOVED',
  'CKR_OPERATION_ACTIVE',
  'CKR_OPERATION_NOT_INITIALIZED',
  'CKR_SESSION_CLOSED',
  'CKR_SESSION_HANDLE_INVALID',
  'CKR_TOKEN_NOT_PRESENT',
  'CKR_USER_NOT_LOGGED_IN',
  'CKR_CRYPTOKI_NOT_INITIALIZED',
])

/** Tokens lock after a few wrong PINs, some for ever. */
const GIVE_UP: ReadonlySet<string> = new Set([
  'CKR_PIN_INCORRECT',
  'CKR_PIN_INVALID',
  'CKR_PIN_LEN_RANGE',
  'CKR_PIN_EXPIRED',
  'CKR_PIN_LOCKED',
])

/** A Cryptoki function returned something other than CKR_OK; the message is `C_Sign: CKR_…`. */
export class CryptokiError extends Error {
  override readonly name = 'CryptokiError'
  readonly aftermath: Aftermath

  constructor(functionName: string, code: bigint) {
    const codeName = NAMES[Number(code)] ?? `CKR 0x${code.toString(16)}`
    super(`${functionName}: ${codeName}`)
    this.aftermath = GIVE_UP.has(codeName)
      ? 'give-up'
      : RESTART.has(codeName)
        ? 'restart'
        : 'proceed'
  }
}
