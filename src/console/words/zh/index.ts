import type { Words } from '../words.ts'
import { AUDIT } from './audit.ts'
import { FRAME } from './frame.ts'
import { ROTATION } from './rotation.ts'
import { SIGN_IN } from './sign-in.ts'

/** The console in Chinese. */
export const ZH: Words = {
  audit: AUDIT,
  frame: FRAME,
  rotation: ROTATION,
  signIn: SIGN_IN,
}
