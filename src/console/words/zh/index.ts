import type { Words } from '../words.ts'
import { FRAME } from './frame.ts'
import { KEYS } from './keys.ts'
import { SIGN_IN } from './sign-in.ts'

/** The console in Chinese. */
export const ZH: Words = {
  frame: FRAME,
  keys: KEYS,
  signIn: SIGN_IN,
}
