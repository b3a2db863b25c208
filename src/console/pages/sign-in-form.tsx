import { createSignal, type JSX, Match, Show, Switch } from 'solid-js'
import { createStore } from 'solid-js/store'
import { failureOf } from '../api/failure.ts'
import { NoProject, type Proof, session, signIn } from '../api/session.ts'
import { words } from '../language.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { RequestId } from '../parts/states.tsx'

const WAYS = ['password', 'accessKey', 'token'] as const
type Way = (typeof WAYS)[number]

const EMPTY = {
  userName: '',
  password: '',
  domainName: '',
  accessKey: '',
  secretKey: '',
  token: '',
  projectId: '',
}

/** What each way cannot do without. */
const NEEDED = {
  password: ['userName', 'password'],
  accessKey: ['accessKey', 'secretKey'],
  token: ['token'],
} as const satisfies Record<Way, readonly (keyof typeof EMPTY)[]>

/** The form to sign in with. Secrets are dropped from it as soon as they were used. */
export function SignInForm(): JSX.Element {
  const [way, setWay] = createSignal<Way>('password')
  const [values, setValues] = createStore({ ...EMPTY, userName: session()?.userName ?? '' })
  const [wasTried, setTried] = createSignal(false)
  const [isBusy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  const text = () => words().signIn

  const mistakeOf = (name: keyof typeof EMPTY) => {
    const isNeeded = (NEEDED[way()] as readonly string[]).includes(name)
    return wasTried() && isNeeded && values[name] === '' ? text().needed : undefined
  }

  async function submit(event: SubmitEvent & { currentTarget: HTMLFormElement }): Promise<void> {
    event.preventDefault()
    setTried(true)
    const missing = NEEDED[way()].find((name) => values[name] === '')
    if (missing !== undefined) {
      event.currentTarget.querySelector<HTMLElement>(`[name=${missing}]`)?.focus()
      return
    }
    if (isBusy()) return
    const form = event.currentTarget
    setBusy(true)
    setError(undefined)
    try {
      await signIn(proofOf(way(), values))
      setValues({ ...EMPTY })
    } catch (thrown) {
      setError(() => thrown)
      setValues({ password: '', secretKey: '' })
      setTried(false)
      // The button that had the focus was disabled meanwhile, which takes the focus away.
      form.querySelector<HTMLElement>('[type=password]')?.focus()
    } finally {
      setBusy(false)
    }
  }

  const control = (name: keyof typeof EMPTY) => ({
    name,
    get value() {
      return values[name]
    },
    onInput: (event: InputEvent & { currentTarget: HTMLInputElement }) =>
      setValues(name, event.currentTarget.value),
  })

  return (
    <form class="stack" novalidate onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend class="unseen">{text().ways}</legend>
        <div class="segments">
          {WAYS.map((name) => (
            <button
              type="button"
              aria-pressed={way() === name}
              onClick={() => {
                setWay(name)
                setTried(false)
                setError(undefined)
              }}
            >
              {text()[name]}
            </button>
          ))}
        </div>
      </fieldset>
      <Show when={error()}>
        {(thrown) => (
          <div class="remark bad" role="alert">
            <Icon name="warning" />
            <div>
              <strong>{text().failed}</strong>
              <p>{thrown() instanceof NoProject ? text().noProject : failureOf(thrown()).text}</p>
              <RequestId id={failureOf(thrown()).requestId} />
            </div>
          </div>
        )}
      </Show>
      <Switch>
        <Match when={way() === 'password'}>
          <Field label={text().userName} mistake={mistakeOf('userName')}>
            {(field) => (
              <input
                class="input"
                {...field}
                {...control('userName')}
                autocomplete="username"
                autocapitalize="none"
                spellcheck={false}
              />
            )}
          </Field>
          <Field label={text().userPassword} mistake={mistakeOf('password')}>
            {(field) => (
              <input
                class="input"
                {...field}
                {...control('password')}
                type="password"
                autocomplete="current-password"
              />
            )}
          </Field>
          <Field label={text().domain} hint={text().domainHint} isOptional>
            {(field) => (
              <input
                class="input"
                {...field}
                {...control('domainName')}
                autocomplete="organization"
                spellcheck={false}
              />
            )}
          </Field>
        </Match>
        <Match when={way() === 'accessKey'}>
          <Field label={text().accessKeyId} mistake={mistakeOf('accessKey')}>
            {(field) => (
              <input
                class="input mono"
                {...field}
                {...control('accessKey')}
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
              />
            )}
          </Field>
          <Field label={text().secretKey} mistake={mistakeOf('secretKey')}>
            {(field) => (
              <input
                class="input mono"
                {...field}
                {...control('secretKey')}
                type="password"
                autocomplete="off"
              />
            )}
          </Field>
        </Match>
        <Match when={way() === 'token'}>
          <Field label={text().tokenText} hint={text().tokenHint} mistake={mistakeOf('token')}>
            {(field) => (
              <input
                class="input mono"
                {...field}
                {...control('token')}
                type="password"
                autocomplete="off"
              />
            )}
          </Field>
          <Field label={text().projectId} hint={text().projectHint} isOptional>
            {(field) => (
              <input
                class="input mono"
                {...field}
                {...control('projectId')}
                autocomplete="off"
                spellcheck={false}
              />
            )}
          </Field>
        </Match>
      </Switch>
      <button type="submit" class="button primary" disabled={isBusy()}>
        {isBusy() ? text().busy : text().submit}
      </button>
      <p class="hint">{text().kept}</p>
    </form>
  )
}

function proofOf(way: Way, values: typeof EMPTY): Proof {
  switch (way) {
    case 'password':
      return {
        kind: 'password',
        userName: values.userName.trim(),
        password: values.password,
        domainName: values.domainName.trim(),
      }
    case 'accessKey':
      return {
        kind: 'accessKey',
        accessKey: values.accessKey.trim(),
        secretKey: values.secretKey.trim(),
      }
    case 'token':
      return { kind: 'token', token: values.token.trim(), projectId: values.projectId.trim() }
    default:
      throw way satisfies never
  }
}
