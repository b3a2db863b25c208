import type { JsonSchema } from '../contract/json-schema.ts'
import type { Described, Parameter } from './described.ts'
import { exampleOf } from './examples.ts'

/** Where examples are sent; the page's script puts its own origin there. */
export const EXAMPLE_ORIGIN = 'http://127.0.0.1:7480'

/** A call with curl that the server would understand, given a token and a project. */
export function curlExample(
  { path, method, operation }: Described,
  parameters: readonly Parameter[],
  body: JsonSchema | undefined,
): string {
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'project_id') return '$PROJECT_ID'
    const schema = parameters.find((given) => given.name === name)?.schema ?? {}
    return String(exampleOf(name, schema, 'required'))
  })
  const headers = parameters.filter((given) => given.in === 'header' && given.required)
  const lines = [
    `curl ${methodFlag(method, body)}"${EXAMPLE_ORIGIN}${place}"`,
    ...(operation.security.length === 0 ? [] : ['-H "X-Auth-Token: $TOKEN"']),
    ...headers.map(({ name, schema }) => `-H "${name}: ${headerValue(name, schema)}"`),
  ]
  if (body !== undefined) {
    const text = JSON.stringify(exampleOf('', body, 'required'), null, 2)
    lines.push("-H 'Content-Type: application/json'", `-d '${text.replaceAll("'", "'\\''")}'`)
  }
  return lines.join(' \\\n  ')
}

/** A reply whose token is in a header is shown with its headers. */
function methodFlag(method: string, body: JsonSchema | undefined): string {
  switch (method) {
    case 'get':
      return ''
    case 'head':
      return '-I '
    case 'post':
      return body?.properties?.['auth'] === undefined ? '-X POST ' : '-i -X POST '
    default:
      return `-X ${method.toUpperCase()} `
  }
}

function headerValue(name: string, schema: JsonSchema): string {
  return name === 'X-Subject-Token' ? '$TOKEN' : String(exampleOf(name, schema, 'required'))
}
