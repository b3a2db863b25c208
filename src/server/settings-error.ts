/** A setting that is unknown, or has a value that will not do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}
