import { dlopen } from 'node:ffi'
import { CKR_OK, CryptokiError } from './result-codes.ts'

/*
 * The functions of a PKCS #11 module that we call. Source: PKCS #11 v3.0, base specification §5.
 * They are looked up by name: `node:ffi` cannot call the bare pointers of C_GetFunctionList.
 */

const ULONG = 'uint64'
const POINTER = 'pointer'
const BBOOL = 'uint8'

const FUNCTIONS = {
  C_Initialize: returningCode(POINTER),
  C_Finalize: returningCode(POINTER),
  C_GetSlotList: returningCode(BBOOL, POINTER, POINTER),
  C_GetTokenInfo: returningCode(ULONG, POINTER),
  C_OpenSession: returningCode(ULONG, ULONG, POINTER, POINTER, POINTER),
  C_Login: returningCode(ULONG, ULONG, POINTER, ULONG),
  C_FindObjectsInit: returningCode(ULONG, POINTER, ULONG),
  C_FindObjects: returningCode(ULONG, POINTER, ULONG, POINTER),
  C_FindObjectsFinal: returningCode(ULONG),
  C_GenerateKey: returningCode(ULONG, POINTER, POINTER, ULONG, POINTER),
  C_GenerateKeyPair: returningCode(
    ULONG,
    POINTER,
    POINTER,
    ULONG,
    POINTER,
    ULONG,
    POINTER,
    POINTER,
  ),
  C_GetAttributeValue: returningCode(ULONG, ULONG, POINTER, ULONG),
  C_SetAttributeValue: returningCode(ULONG, ULONG, POINTER, ULONG),
  C_DestroyObject: returningCode(ULONG, ULONG),
  C_EncryptInit: returningCode(ULONG, POINTER, ULONG),
  C_Encrypt: returningCode(ULONG, POINTER, ULONG, POINTER, POINTER),
  C_SignInit: returningCode(ULONG, POINTER, ULONG),
  C_Sign: returningCode(ULONG, POINTER, ULONG, POINTER, POINTER),
} as const

interface Natives {
  readonly uint64: bigint
  readonly uint8: number
  readonly pointer: Uint8Array | null
}

type FunctionName = keyof typeof FUNCTIONS
type InputOf<Types extends readonly (keyof Natives)[]> = {
  readonly [Index in keyof Types]: Natives[Types[Index]]
}

/**
 * Calls a function of a PKCS #11 module and waits for it. A `Uint8Array` is passed as a pointer to its
 * bytes, null as NULL_PTR.
 *
 * @throws {CryptokiError} when it returns anything but CKR_OK.
 */
export type Cryptoki = <Name extends FunctionName>(
  name: Name,
  ...input: InputOf<(typeof FUNCTIONS)[Name]['arguments']>
) => void

/** Loads the module at `path` into this process, which may not survive it. @throws when it cannot. */
export function loadCryptoki(path: string): Cryptoki {
  const { functions } = dlopen(path, FUNCTIONS)
  return (name, ...input) => {
    // The compiler cannot follow that `input` fits the function of that very name.
    const call = functions[name] as (...input: readonly unknown[]) => bigint
    const code = call(...input)
    if (code !== CKR_OK) throw new CryptokiError(name, code)
  }
}

function returningCode<const Types extends readonly (keyof Natives)[]>(...types: Types) {
  return { arguments: types, return: ULONG } as const
}
