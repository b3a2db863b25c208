import { nav } from './pages.ts'

/** What frames the English pages. */
export const en = {
  description: 'A self-hosted key management service with keys that rotate by themselves',
  themeConfig: {
    ...nav('en'),
    outline: { level: [2, 3] as [number, number], label: 'On this page' },
  },
}
