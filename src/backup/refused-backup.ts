/** Why a backup is not used, in the words of each language. */
export interface RefusalWords {
  readonly en: string
  readonly zh: string
}

/** A backup that is not used, because of what it is; nothing was changed. Its message is English. */
export class RefusedBackup extends Error {
  override readonly name = 'RefusedBackup'
  /** The same in Chinese. */
  readonly chinese: string
  constructor(words: RefusalWords, options?: ErrorOptions) {
    super(words.en, options)
    this.chinese = words.zh
  }
}
