import { FRAME } from './frame.ts'
import { KEYS } from './keys.ts'
import { SIGN_IN } from './sign-in.ts'

/** The console in English. A new subject gets a line here, and one in Chinese. */
export const EN = {
  frame: FRAME,
  keys: KEYS,
  signIn: SIGN_IN,
}
