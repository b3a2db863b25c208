/** A backup that is not used, because of what it is; nothing was changed. */
export class RefusedBackup extends Error {
  override readonly name = 'RefusedBackup'
}
