import { createSignal, type JSX, Match, Show, Switch } from 'solid-js'
import type { KeyVersion } from '../../client/index.ts'
import { RETIREMENT_NOTE, UNUSED_DAYS } from '../../core/version-retirement.ts'
import { createAction } from '../api/action.ts'
import { api } from '../api/session.ts'
import { nowMs } from '../clock.ts'
import { format } from '../format.ts'
import { words } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { createDialogForm, FormOfDialog } from '../parts/dialog-form.tsx'
import { Field } from '../parts/field.tsx'

interface Props {
  readonly keyId: string
  readonly version: KeyVersion
  /** Told when it was retired or restored. */
  readonly changed: () => void
}

/** Whether a version may be retired, when it will be, who retired it, and the buttons for both ways. */
export function VersionRetirement(props: Props): JSX.Element {
  const text = () => words().usage.retirement
  const [isOpen, setOpen] = createSignal(false)
  const close = () => setOpen(false)
  const fromMs = () => Number(props.version.retirable_time ?? Number.NaN)
  return (
    <Switch>
      <Match when={props.version.state === 'retired'}>
        <button type="button" class="button small" onClick={() => setOpen(true)}>
          {text().restore}
        </button>
        <div class="muted small retired">
          <Show when={props.version.retired_time}>
            {(time) => text().by(props.version.retired_by ?? '', format.date(Number(time())))}
          </Show>
          <br />
          {props.version.retirement_note}
        </div>
        <Restore {...props} isOpen={isOpen()} close={close} />
      </Match>
      <Match when={fromMs() <= nowMs()}>
        <button type="button" class="button small" onClick={() => setOpen(true)}>
          {text().retire}
        </button>
        <Retire {...props} isOpen={isOpen()} close={close} />
      </Match>
      <Match when={fromMs() > nowMs()}>
        <span class="muted small" title={text().whyLater(UNUSED_DAYS.default)}>
          {text().later(format.date(fromMs()))}
        </span>
      </Match>
    </Switch>
  )
}

type DialogProps = Props & { readonly isOpen: boolean; readonly close: () => void }

function Retire(props: DialogProps): JSX.Element {
  const text = () => words().usage.retirement
  const [note, setNote] = createSignal('')
  const { min, max } = RETIREMENT_NOTE
  const mistake = () => {
    const { length } = note().trim()
    return length >= min && length <= max ? undefined : text().noteMistake(min, max)
  }
  const form = createDialogForm({
    openFor: () => props.isOpen,
    begin: () => setNote(''),
    mistakes: () => ({ note: mistake() }),
    close: () => props.close(),
    async save() {
      const { version } = props.version
      const re_encrypted = note().trim()
      await api().retireKeyVersion({ key_id: props.keyId, version: String(version), re_encrypted })
      props.changed()
      return text().retired(version)
    },
  })
  return (
    <Dialog title={text().title(props.version.version)} isOpen={props.isOpen} close={props.close}>
      <FormOfDialog form={form} send={text().retire}>
        <p class="soft">{text().explain(UNUSED_DAYS.default)}</p>
        <Field
          label={text().note}
          hint={text().noteHint}
          mistake={form.wasTried() ? mistake() : undefined}
        >
          {(field) => (
            <input
              class="input"
              {...field}
              value={note()}
              autocomplete="off"
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          )}
        </Field>
      </FormOfDialog>
    </Dialog>
  )
}

function Restore(props: DialogProps): JSX.Element {
  const text = () => words().usage.retirement
  const restore = createAction(
    async () => {
      const version = String(props.version.version)
      await api().restoreKeyVersion({ key_id: props.keyId, version })
    },
    () => text().restored(props.version.version),
  )
  async function run(): Promise<void> {
    if (!(await restore.run())) return
    props.close()
    props.changed()
  }
  return (
    <Confirm
      title={text().restoreTitle(props.version.version)}
      text={text().restoreText}
      deed={text().restore}
      isOpen={props.isOpen}
      isBusy={restore.isBusy()}
      close={props.close}
      run={() => void run()}
    />
  )
}
