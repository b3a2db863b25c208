/** What is wrong, in the words of each language. */
export interface SettingsWords {
  readonly en: string
  readonly zh: string
}

/** A setting that is unknown, or has a value that will not do. Its message is English. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  /** The same in Chinese; English where nobody has said it. */
  readonly chinese: string
  /** @param words What is wrong; no value that may be secret. */
  constructor(words: string | SettingsWords, options?: ErrorOptions) {
    const { en, zh } = typeof words === 'string' ? { en: words, zh: words } : words
    super(en, options)
    this.chinese = zh
  }
}
