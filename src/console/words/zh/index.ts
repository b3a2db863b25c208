import type { Words } from '../words.ts'
import { AUDIT } from './audit.ts'
import { FRAME } from './frame.ts'
import { HOME } from './home.ts'
import { IMPORTING } from './importing.ts'
import { KEYS } from './keys.ts'
import { ROTATION } from './rotation.ts'
import { SIGN_IN } from './sign-in.ts'
import { USAGE } from './usage.ts'

/** The console in Chinese. */
export const ZH: Words = {
  audit: AUDIT,
  frame: FRAME,
  home: HOME,
  importing: IMPORTING,
  keys: KEYS,
  rotation: ROTATION,
  signIn: SIGN_IN,
  usage: USAGE,
}
