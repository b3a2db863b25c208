import { createSignal } from 'solid-js'
import { keepChoice, keptChoice } from './kept-choice.ts'
import type { Language, Words } from './words/words.ts'

/** The languages, as each calls itself. */
export const LANGUAGES = { en: 'English', zh: '中文' } as const satisfies Record<Language, string>

/** Languages as browsers and `Intl` know them. */
const LOCALES = { en: 'en', zh: 'zh-CN' } as const satisfies Record<Language, string>

const KEPT_AS = 'keyturn.language'

interface Spoken {
  readonly language: Language
  readonly words: Words
}

const [spoken, setSpoken] = createSignal<Spoken>()

/** The language that the console speaks now. */
export function language(): Language {
  return spoken()?.language ?? 'en'
}

/** Its locale, for dates and numbers. */
export function locale(): string {
  return LOCALES[language()]
}

/** What the console says, in the language of now; follows a switch where it is read. */
export function words(): Words {
  const now = spoken()
  if (now === undefined) throw new Error('no language was started')
  return now.words
}

/** Fetches the words of `language` and speaks it from now on. */
export async function switchLanguage(language: Language): Promise<void> {
  await speak(language)
  keepChoice(KEPT_AS, language)
}

/** Begins with the language that was chosen here, or else with the browser's. */
export async function startLanguage(): Promise<void> {
  const chosen = keptChoice(KEPT_AS, ['en', 'zh'])
  const isChinese = /^zh\b/i.test(navigator.language)
  await speak(chosen ?? (isChinese ? 'zh' : 'en'))
}

async function speak(language: Language): Promise<void> {
  const words = await loadWords(language)
  document.documentElement.lang = LOCALES[language]
  setSpoken({ language, words })
}

/** Each language is a file of its own: nobody fetches both. */
async function loadWords(language: Language): Promise<Words> {
  return language === 'zh'
    ? (await import('./words/zh/index.ts')).ZH
    : (await import('./words/en/index.ts')).EN
}
