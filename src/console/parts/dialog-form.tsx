import { type Accessor, createEffect, createSignal, type JSX, on, Show } from 'solid-js'
import { words } from '../language.ts'
import { tell } from '../toasts.ts'
import { Failed } from './states.tsx'

/** What a form in a dialog does. */
interface DialogFormOptions {
  /** What the dialog is open for: when it changes, the form begins anew. */
  readonly openFor: Accessor<unknown>
  /** Fills in what the form begins with. */
  readonly begin: () => void
  /** What is wrong with what was filled in, by field. */
  readonly mistakes: Accessor<Readonly<Record<string, string | undefined>>>
  /** Asks the server; the answer is what is told then. */
  readonly save: () => Promise<string>
  readonly close: () => void
}

/** State of a form in a dialog. */
export interface DialogForm {
  /** Whether it was sent once: from then on mistakes are shown. */
  readonly wasTried: Accessor<boolean>
  readonly isBusy: Accessor<boolean>
  readonly error: Accessor<unknown>
  readonly submit: (event: SubmitEvent) => Promise<void>
  readonly close: () => void
}

/** Makes a form that closes its dialog when the server took it, and stays with what was filled in when not. */
export function createDialogForm(options: DialogFormOptions): DialogForm {
  const [wasTried, setTried] = createSignal(false)
  const [isBusy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  createEffect(
    on(options.openFor, () => {
      options.begin()
      setTried(false)
      setError(undefined)
    }),
  )
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    setTried(true)
    const isWrong = Object.values(options.mistakes()).some((mistake) => mistake !== undefined)
    if (isWrong || isBusy()) return
    setBusy(true)
    setError(undefined)
    try {
      tell(await options.save())
      options.close()
    } catch (thrown) {
      setError(() => thrown)
    } finally {
      setBusy(false)
    }
  }
  return { wasTried, isBusy, error, submit, close: options.close }
}

/** The form itself: what went wrong above its fields, the two buttons below them. */
export function FormOfDialog(props: {
  readonly form: DialogForm
  /** What the button says that sends it. */
  readonly send: string
  readonly children: JSX.Element
}): JSX.Element {
  return (
    <form class="stack" novalidate onSubmit={(event) => void props.form.submit(event)}>
      <Show when={props.form.error()}>{(thrown) => <Failed error={thrown()} />}</Show>
      {props.children}
      <div class="actions">
        <button type="button" class="button" onClick={() => props.form.close()}>
          {words().frame.cancel}
        </button>
        <button type="submit" class="button primary" disabled={props.form.isBusy()}>
          {props.send}
        </button>
      </div>
    </form>
  )
}
