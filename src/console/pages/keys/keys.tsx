import type { JSX } from 'solid-js'
import { words } from '../../language.ts'
import { Page } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'

/** The keys of the project. */
export function Keys(): JSX.Element {
  return (
    <Page title={words().frame.keys}>
      <div class="panel">
        <Empty icon="key" title={words().frame.loading} text="" />
      </div>
    </Page>
  )
}
