import { Route } from '@solidjs/router'
import { type JSX, lazy } from 'solid-js'
import { NotFound } from './pages/not-found.tsx'

/** A page that is fetched when it is first gone to. */
function page<Name extends string>(
  load: () => Promise<{ readonly [Key in Name]: () => JSX.Element }>,
  name: Name,
) {
  return lazy(async () => ({ default: (await load())[name] }))
}

const Audit = page(() => import('./pages/audit/audit.tsx'), 'Audit')
const CreateKey = page(() => import('./pages/create-key/create-key.tsx'), 'CreateKey')
const Home = page(() => import('./pages/home/home.tsx'), 'Home')
const Key = page(() => import('./pages/key/key.tsx'), 'Key')
const Keys = page(() => import('./pages/keys/keys.tsx'), 'Keys')
const Rotation = page(() => import('./pages/rotation/rotation.tsx'), 'Rotation')
const Space = page(() => import('./pages/spaces/space.tsx'), 'Space')
const Spaces = page(() => import('./pages/spaces/spaces.tsx'), 'Spaces')

/** Every page and its address below /console. A new page gets a line here. */
export function Routes(): JSX.Element {
  return (
    <>
      <Route path="/" component={Home} />
      <Route path="/keys" component={Keys} />
      <Route path="/audit" component={Audit} />
      <Route path="/rotation" component={Rotation} />
      <Route path="/keys/new" component={CreateKey} />
      <Route path="/keys/:id/:tab?" component={Key} />
      <Route path="/spaces" component={Spaces} />
      <Route path="/spaces/:space" component={Space} />
      <Route path="*" component={NotFound} />
    </>
  )
}
