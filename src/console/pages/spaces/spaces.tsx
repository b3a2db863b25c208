import { useNavigate } from '@solidjs/router'
import { createSignal, type JSX } from 'solid-js'
import { words } from '../../language.ts'
import { Field } from '../../parts/field.tsx'
import { Page } from '../../parts/page.tsx'
import { UUID } from './uuid.ts'

/** Asks which key space is meant: the server lists none, for a space is but an id. */
export function Spaces(): JSX.Element {
  const navigate = useNavigate()
  const text = () => words().spaces
  const [typed, setTyped] = createSignal('')
  const [wasTried, setTried] = createSignal(false)
  const mistake = () => (UUID.test(typed()) ? undefined : text().idMistake)
  function submit(event: SubmitEvent): void {
    event.preventDefault()
    setTried(true)
    if (mistake() === undefined) navigate(`/spaces/${typed().toLowerCase()}`)
  }
  return (
    <Page title={words().frame.spaces} lead={text().lead}>
      <form class="panel padded stack" novalidate onSubmit={submit}>
        <h2>{text().choose}</h2>
        <Field label={text().id} hint={text().idHint} mistake={wasTried() ? mistake() : undefined}>
          {(field) => (
            <input
              class="input mono"
              {...field}
              value={typed()}
              maxLength={36}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event) => setTyped(event.currentTarget.value.trim())}
            />
          )}
        </Field>
        <div class="row">
          <button type="submit" class="button primary">
            {text().open}
          </button>
          <button
            type="button"
            class="button"
            onClick={() => navigate(`/spaces/${crypto.randomUUID()}`)}
          >
            {text().begin}
          </button>
        </div>
      </form>
    </Page>
  )
}
