import { A, useParams } from '@solidjs/router'
import type { JSX } from 'solid-js'
import type { AccessPoint } from '../../../client/index.ts'
import { pages } from '../../../client/index.ts'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { words } from '../../language.ts'
import { Copy } from '../../parts/copy.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page } from '../../parts/page.tsx'
import { AccessPoints } from './access-points.tsx'
import { Policies } from './policies.tsx'

/** Most access points and policies of a space that are shown. */
const MOST_SHOWN = 1000

/** One key space: its access points, and the policies that name them. */
export function Space(): JSX.Element {
  const params = useParams<{ space: string }>()
  const text = () => words().spaces
  const points = createQuery(
    () => params.space,
    async (keyspaceId, signal): Promise<readonly AccessPoint[]> => {
      const found: AccessPoint[] = []
      const wanted = { keyspace_id: keyspaceId, limit: 100 }
      for await (const page of pages(api().listAccessPoint, wanted, { signal })) {
        found.push(...page.access_points)
        if (found.length >= MOST_SHOWN) break
      }
      return found
    },
  )
  return (
    <Page
      title={text().title}
      above={
        <A class="back" href="/spaces">
          <Icon name="left" size={16} />
          {text().back}
        </A>
      }
      lead={
        <span class="row">
          <code class="break">{params.space}</code>
          <Copy text={params.space} what={text().id} />
        </span>
      }
    >
      <div class="stack">
        <AccessPoints spaceId={params.space} query={points} />
        <Policies spaceId={params.space} points={points.data() ?? []} mostShown={MOST_SHOWN} />
      </div>
    </Page>
  )
}
