import { createSignal } from 'solid-js'
import { keepChoice, keptChoice } from './kept-choice.ts'

/** Which colours: the system's choice, or one of ours. */
export type Theme = 'system' | 'light' | 'dark'

/** Read by `public/theme.js` too, before the first paint. */
const KEPT_AS = 'keyturn.theme'

const [theme, setTheme] = createSignal<Theme>(keptChoice(KEPT_AS, ['light', 'dark']) ?? 'system')

/** The theme of now. */
export { theme }

/** Changes the colours, and keeps the choice. */
export function switchTheme(next: Theme): void {
  setTheme(next)
  keepChoice(KEPT_AS, next === 'system' ? undefined : next)
  const { dataset } = document.documentElement
  if (next === 'system') delete dataset['theme']
  else dataset['theme'] = next
}
