import { AUDIT } from './audit.ts'
import { FRAME } from './frame.ts'
import { HOME } from './home.ts'
import { IMPORTING } from './importing.ts'
import { KEYS } from './keys.ts'
import { ROTATION } from './rotation.ts'
import { SIGN_IN } from './sign-in.ts'
import { USAGE } from './usage.ts'

/** The console in English. A new subject gets a line here, and one in Chinese. */
export const EN = {
  audit: AUDIT,
  frame: FRAME,
  home: HOME,
  importing: IMPORTING,
  keys: KEYS,
  rotation: ROTATION,
  signIn: SIGN_IN,
  usage: USAGE,
}
