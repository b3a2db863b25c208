/** What is wrong, in the words of each language. */
export interface SettingsWords {
  readonly en: string
  readonly zh: string
}

/** What is said where a setting is needed that was not given. */
export function missing(name: string): SettingsWords {
  return { en: `--${name} is missing`, zh: `缺少 --${name}` }
}

/** A setting that is unknown, or has a value that will not do. Its message is English. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  /** The same in Chinese. */
  readonly chinese: string
  /** @param words What is wrong; no value that may be secret. */
  constructor(words: SettingsWords, options?: ErrorOptions) {
    super(words.en, options)
    this.chinese = words.zh
  }
}
