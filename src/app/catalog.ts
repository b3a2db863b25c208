import type { ReplyFor } from '../contract/operations/index.ts'
import type { Deps } from './deps.ts'

type Catalog = ReplyFor<'ShowCatalog'>['catalog']

/**
 * Services and where they are. Some clients append the project to the URL of `kms`, others take that
 * of `kmsv1` as it stands; both find one public endpoint of the region they asked for.
 */
export function catalogOf(
  deps: Pick<Deps, 'region'>,
  projectId: string | undefined,
  baseUrl: string,
): Catalog {
  const service = (name: string, type: string, url: string): Catalog[number] => ({
    id: name,
    name,
    type,
    endpoints: [
      {
        id: `${name}-${deps.region}`,
        interface: 'public',
        region: deps.region,
        region_id: deps.region,
        url,
      },
    ],
  })
  const kms = `${baseUrl}/v1.0`
  return [
    service('keystone', 'identity', `${baseUrl}/v3`),
    service('kms', 'kms', kms),
    ...(projectId === undefined ? [] : [service('kmsv1', 'kmsv1', `${kms}/${projectId}`)]),
  ]
}
