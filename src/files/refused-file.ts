/** A file cannot be opened: it is of another kind, or was changed, cut or lengthened. */
export class RefusedFile extends Error {
  override readonly name = 'RefusedFile'
}
