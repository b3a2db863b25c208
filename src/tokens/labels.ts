import { TokenError } from '../ports/key-token.ts'
import { OBJECT_CLASSES, type Template } from './attributes.ts'
import { CryptokiError } from './result-codes.ts'
import type { ObjectHandle, TokenSession } from './token-session.ts'

/*
 * Which objects are which key.
 *
 * A label is what makes a key usable, so giving it is the last step of making one: until then the
 * objects bear UNFINISHED, which no label can end with. The public half goes first and the guarded
 * part last; destroying goes the other way round. CKA_ID is the plain label throughout.
 */

/** Ends the label of an object whose key is not whole yet. */
export const UNFINISHED = ' (unfinished)'

const LABEL = /^[!-~]{1,100}$/
/** Classes of the objects that hold a key's material, and so stand for the key. */
const GUARDED_CLASSES = [OBJECT_CLASSES.secretKey, OBJECT_CLASSES.privateKey] as const
/** Longest label that is ours, and a byte more to tell it from longer ones. */
const MAX_LABEL_BYTES = 128
const MAX_KNOWN = 50_000

type ObjectClass = (typeof OBJECT_CLASSES)[keyof typeof OBJECT_CLASSES]

/** Attributes by which the objects of a key are told from all others. @throws for what is no label. */
export function namedBy(label: string, mark: typeof UNFINISHED | '' = '') {
  if (!LABEL.test(label)) throw new TokenError('failed', 'a label has 1 to 100 visible characters')
  return { CKA_LABEL: label + mark, CKA_ID: label } as const satisfies Template
}

/** The objects that hold a key's material: one, or none. */
export function findGuarded(session: TokenSession, label: string): readonly ObjectHandle[] {
  const named = namedBy(label)
  return GUARDED_CLASSES.flatMap((kind) => session.find({ ...named, CKA_CLASS: kind }))
}

/**
 * The one object of a label and a class. Tokens search slowly, some through all they hold, so an
 * object found before is only asked whether it still has its label.
 *
 * @throws {TokenError} `absent` when no key has the label, `failed` when one of another kind has it.
 */
export function findKey(session: TokenSession, label: string, kind: ObjectClass): ObjectHandle {
  const named = namedBy(label)
  const name = `${kind} ${label}`
  const known = session.known.get(name)
  if (known !== undefined && isStillNamed(session, known, label)) return known
  session.known.delete(name)

  const [object, another] = session.find({ ...named, CKA_CLASS: kind })
  if (another !== undefined) throw new TokenError('failed', 'two keys have that label')
  if (object !== undefined) {
    if (session.known.size >= MAX_KNOWN) session.known.clear()
    session.known.set(name, object)
    return object
  }
  if (findGuarded(session, label).length === 0) {
    throw new TokenError('absent', 'the token has no key of that label')
  }
  throw new TokenError('failed', 'the key of that label is not for this use')
}

/** Destroys a key and what may be left of one. */
export function destroyAll(session: TokenSession, label: string): void {
  for (const object of findGuarded(session, label)) session.destroy(object)
  clearAway(session, label)
}

/** Destroys what is left of a key without a guarded part: an old public half, unfinished objects. */
export function clearAway(session: TokenSession, label: string): void {
  const unfinished = session.find(namedBy(label, UNFINISHED))
  const halves = session.find({ ...namedBy(label), CKA_CLASS: OBJECT_CLASSES.publicKey })
  for (const object of [...unfinished, ...halves]) session.destroy(object)
}

function isStillNamed(session: TokenSession, object: ObjectHandle, label: string): boolean {
  try {
    return session.read(object, 'CKA_LABEL', MAX_LABEL_BYTES)?.toString('latin1') === label
  } catch (error) {
    if (error instanceof CryptokiError && error.aftermath === 'proceed') return false
    throw error
  }
}
