import { createEffect, type JSX, onMount } from 'solid-js'
import { words } from '../language.ts'
import { Icon, Mark } from '../parts/icon.tsx'
import { LanguageSwitch, ThemeSwitch } from '../parts/switches.tsx'
import { SignInForm } from './sign-in-form.tsx'
import './sign-in.css'

/** The page to sign in on. It stands at any address: once signed in, one is where one wanted to be. */
export function SignIn(): JSX.Element {
  let heading: HTMLHeadingElement | undefined
  createEffect(() => {
    document.title = `${words().signIn.title} · ${words().frame.product}`
  })
  onMount(() => heading?.focus({ preventScroll: true }))
  return (
    <div class="sign-in">
      <header>
        <LanguageSwitch />
        <ThemeSwitch />
      </header>
      <main>
        <div class="mark">
          <Mark />
        </div>
        <p class="product">{words().frame.product}</p>
        <p class="lead">{words().signIn.lead}</p>
        <h1 ref={heading} tabindex="-1">
          {words().signIn.title}
        </h1>
        <SignInForm />
        <div class="remark">
          <Icon name="info" />
          <div>
            <strong>{words().signIn.firstTime}</strong>
            <p>{words().signIn.firstTimeText}</p>
          </div>
        </div>
      </main>
    </div>
  )
}
