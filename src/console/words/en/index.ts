import { CREATE_KEY } from './create-key.ts'
import { FRAME } from './frame.ts'
import { KEY } from './key.ts'
import { KEY_LABELS } from './key-labels.ts'
import { KEY_ROTATION } from './key-rotation.ts'
import { KEYS } from './keys.ts'
import { SIGN_IN } from './sign-in.ts'
import { SPACES } from './spaces.ts'

/** The console in English. A new subject gets a line here, and one in Chinese. */
export const EN = {
  createKey: CREATE_KEY,
  frame: FRAME,
  key: KEY,
  keyLabels: KEY_LABELS,
  keyRotation: KEY_ROTATION,
  keys: KEYS,
  signIn: SIGN_IN,
  spaces: SPACES,
}
