import { A } from '@solidjs/router'
import type { JSX } from 'solid-js'
import { words } from '../language.ts'
import { Page } from '../parts/page.tsx'

/** Where an address leads to nothing. */
export function NotFound(): JSX.Element {
  return (
    <Page title={words().frame.notFound} lead={words().frame.notFoundText}>
      <A class="button" href="/keys">
        {words().frame.toKeys}
      </A>
    </Page>
  )
}
