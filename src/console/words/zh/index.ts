import type { Words } from '../words.ts'
import { FRAME } from './frame.ts'
import { ROTATION } from './rotation.ts'
import { SIGN_IN } from './sign-in.ts'

/** The console in Chinese. */
export const ZH: Words = {
  frame: FRAME,
  rotation: ROTATION,
  signIn: SIGN_IN,
}
