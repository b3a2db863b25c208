import { AUDIT } from './audit.ts'
import { CREATE_KEY } from './create-key.ts'
import { FRAME } from './frame.ts'
import { HOME } from './home.ts'
import { IMPORTING } from './importing.ts'
import { KEY } from './key.ts'
import { KEY_LABELS } from './key-labels.ts'
import { KEY_ROTATION } from './key-rotation.ts'
import { KEYS } from './keys.ts'
import { ROTATION } from './rotation.ts'
import { SIGN_IN } from './sign-in.ts'
import { SPACES } from './spaces.ts'
import { USAGE } from './usage.ts'

/** The console in English. A new subject gets a line here, and one in Chinese. */
export const EN = {
  audit: AUDIT,
  createKey: CREATE_KEY,
  frame: FRAME,
  home: HOME,
  importing: IMPORTING,
  key: KEY,
  keyLabels: KEY_LABELS,
  keyRotation: KEY_ROTATION,
  keys: KEYS,
  rotation: ROTATION,
  signIn: SIGN_IN,
  spaces: SPACES,
  usage: USAGE,
}
