import { Router } from '@solidjs/router'
import { ErrorBoundary, type JSX, Show, Suspense } from 'solid-js'
import { sessionState } from './api/session.ts'
import { Frame } from './frame.tsx'
import { words } from './language.ts'
import { SignIn } from './pages/sign-in.tsx'
import { SignInForm } from './pages/sign-in-form.tsx'
import { Dialog } from './parts/dialog.tsx'
import { Page } from './parts/page.tsx'
import { Skeleton } from './parts/states.tsx'
import { Toasts } from './parts/toasts.tsx'
import { ROOT_PATH } from './root.ts'
import { Routes } from './routes.tsx'

/** The console. Without a session it is the page to sign in on, wherever one is. */
export function App(): JSX.Element {
  return (
    <>
      <Router base={`${ROOT_PATH}/console`} root={Root}>
        <Routes />
      </Router>
      <Toasts />
    </>
  )
}

function Root(props: { readonly children?: JSX.Element }): JSX.Element {
  return (
    <Show when={sessionState().kind !== 'none'} fallback={<SignIn />}>
      <Frame>
        <ErrorBoundary fallback={<Defect />}>
          <Suspense fallback={<Skeleton lines={6} />}>{props.children}</Suspense>
        </ErrorBoundary>
      </Frame>
      <Dialog title={words().signIn.expired} isOpen={sessionState().kind === 'ended'}>
        <p class="soft">{words().signIn.expiredText}</p>
        <SignInForm />
      </Dialog>
    </Show>
  )
}

function Defect(): JSX.Element {
  return (
    <Page title={words().frame.defect} lead={words().frame.defectText}>
      <button type="button" class="button" onClick={() => location.reload()}>
        {words().frame.retry}
      </button>
    </Page>
  )
}
