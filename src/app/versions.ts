import type { ReplyFor } from '../contract/operations/index.ts'
import { fault } from '../core/fault.ts'
import type { Handler } from './handler.ts'

type Version = ReplyFor<'ShowVersion'>['version']

const V1 = 'v1.0'

function version(baseUrl: string): Version {
  return {
    id: V1,
    links: [{ href: `${baseUrl}/${V1}/`, rel: 'self' }],
    version: '',
    status: 'CURRENT',
    updated: '2016-10-29T00:00:00Z',
    min_version: '',
  }
}

export const showVersions: Handler<'ShowVersions'> = (_deps, _caller, _request, context) => ({
  versions: [version(context.baseUrl)],
})

export const showVersion: Handler<'ShowVersion'> = (_deps, _caller, request, context) => {
  if (request.version_id !== V1) throw fault('route-unknown')
  return { version: version(context.baseUrl) }
}
