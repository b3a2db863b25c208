import type { JSX } from 'solid-js'
import { LANGUAGES, language, switchLanguage, words } from '../language.ts'
import { switchTheme, type Theme, theme } from '../theme.ts'
import type { Language } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { ChoiceMenu } from './menu.tsx'

/** Switches the language. */
export function LanguageSwitch(): JSX.Element {
  const choices = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))
  return (
    <ChoiceMenu
      label={words().frame.language}
      choices={choices}
      chosen={language()}
      choose={(value) => void switchLanguage(value as Language)} // one of LANGUAGES
      isIcon
    >
      <Icon name="globe" />
    </ChoiceMenu>
  )
}

/** Switches the colours. */
export function ThemeSwitch(): JSX.Element {
  const choices = () => [
    { value: 'system', label: words().frame.themeSystem },
    { value: 'light', label: words().frame.themeLight },
    { value: 'dark', label: words().frame.themeDark },
  ]
  return (
    <ChoiceMenu
      label={words().frame.theme}
      choices={choices()}
      chosen={theme()}
      choose={(value) => switchTheme(value as Theme)} // one of the choices
      isIcon
    >
      <Icon name={theme() === 'dark' ? 'moon' : 'sun'} />
    </ChoiceMenu>
  )
}
