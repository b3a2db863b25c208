import { createSignal, type JSX, Match, onCleanup, Show, Switch } from 'solid-js'
import type { KeyRow } from '../../client/index.ts'
import { createAction } from '../api/action.ts'
import { api } from '../api/session.ts'
import { nowMs } from '../clock.ts'
import { format } from '../format.ts'
import { words } from '../language.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty } from '../parts/states.tsx'
import { fromBase64 } from './encodings.ts'
import { MaterialChooser } from './material-chooser.tsx'
import { materialBytes } from './read-material.ts'
import { RemoveMaterial } from './remove-material.tsx'
import { standingOf } from './standing.ts'
import { canWrap, type WrappedMaterial, wrapMaterial } from './wrap-material.ts'
import './importing.css'

interface WizardProps {
  readonly row: KeyRow
  /** When something about the key has changed. */
  readonly changed: () => unknown
}

/** Brings the material of a key: wrapped in this browser, so that nothing else leaves it. */
export function ImportWizard(props: WizardProps): JSX.Element {
  const standing = () => standingOf(props.row)
  // Kept here: the form is gone when the key takes no more.
  const [sent, setSent] = createSignal<WrappedMaterial>()
  return (
    <Show
      when={standing() !== 'notExternal'}
      fallback={
        <Empty
          icon="upload"
          title={words().importing.notExternal}
          text={words().importing.notExternalText}
        />
      }
    >
      <div class="stack importing">
        <div class="remark" classList={{ warn: standing() === 'waitingSame' }}>
          <Icon name="info" />
          <p>{standingText(standing())}</p>
        </div>
        <Switch>
          <Match when={!canWrap()}>
            <div class="remark bad" role="alert">
              <Icon name="warning" />
              <p>{words().importing.insecure}</p>
            </div>
          </Match>
          <Match when={standing() !== 'nothingMissing'}>
            <ImportForm {...props} sent={setSent} />
          </Match>
        </Switch>
        <Show when={sent()}>{(wrapped) => <WhatWasSent wrapped={wrapped()} />}</Show>
        <RemoveMaterial row={props.row} changed={props.changed} />
      </div>
    </Show>
  )
}

function standingText(standing: ReturnType<typeof standingOf>): string {
  const text = words().importing
  switch (standing) {
    case 'notExternal':
      return text.notExternalText
    case 'waiting':
    case 'waitingSame':
    case 'next':
    case 'nothingMissing':
      return text[standing]
    default:
      throw standing satisfies never
  }
}

function ImportForm(
  props: WizardProps & {
    /** When material was imported. */ readonly sent: (wrapped: WrappedMaterial) => void
  },
): JSX.Element {
  const text = () => words().importing
  const [material, setMaterial] = createSignal<Uint8Array<ArrayBuffer>>()
  const [isKept, setKept] = createSignal(true)
  const [expiry, setExpiry] = createSignal('')
  const [wasTried, setTried] = createSignal(false)
  const [round, setRound] = createSignal(0)
  const expiresAtMs = () => (expiry() === '' ? undefined : new Date(expiry()).getTime())
  const isPast = () => (expiresAtMs() ?? Number.POSITIVE_INFINITY) <= nowMs()
  onCleanup(() => material()?.fill(0))

  /** Only one piece of material is here at a time; what it replaces is wiped. */
  function take(bytes: Uint8Array<ArrayBuffer> | undefined): void {
    const before = material()
    if (before !== bytes) before?.fill(0)
    setMaterial(bytes)
  }

  const doImport = createAction(
    async (bytes: Uint8Array<ArrayBuffer>) => {
      const { key_id } = props.row
      const isPrivateKey = materialBytes(props.row.key_spec) === undefined
      const parameters = await api().createParametersForImport({
        key_id,
        wrapping_algorithm: 'RSAES_OAEP_SHA_256',
      })
      const wrapped = await wrapMaterial(parameters.public_key, bytes, isPrivateKey)
      const { wrappedFor: _, ...members } = wrapped
      const expiresAt = expiresAtMs()
      await api().importKeyMaterial({
        key_id,
        import_token: parameters.import_token,
        ...members,
        ...(expiresAt === undefined ? {} : { expiration_time: String(expiresAt) }),
      })
      take(undefined)
      props.sent(wrapped)
      setRound((before) => before + 1) // empties the form
      setTried(false)
      await props.changed()
    },
    () => (standingOf(props.row) === 'next' ? text().doneNext : text().done),
  )

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    setTried(true)
    const bytes = material()
    if (bytes !== undefined && isKept() && !isPast()) void doImport.run(bytes)
  }

  return (
    <form class="panel padded stack" novalidate onSubmit={submit}>
      <div>
        <h2>{text().title}</h2>
        <p class="soft">{text().lead}</p>
      </div>
      <Show when={`round ${round()}`} keyed>
        <MaterialChooser
          spec={props.row.key_spec}
          alias={props.row.key_alias}
          material={material()}
          take={take}
          isKept={isKept()}
          setKept={setKept}
          wasTried={wasTried()}
        />
      </Show>
      <Field
        label={text().expiry}
        hint={text().expiryHint}
        mistake={isPast() ? text().mistakes.past : undefined}
        isOptional
      >
        {(control) => (
          <input
            {...control}
            class="input short"
            type="datetime-local"
            value={expiry()}
            onInput={(event) => setExpiry(event.currentTarget.value)}
          />
        )}
      </Field>
      <details>
        <summary>{text().wrapping}</summary>
        <p class="soft">
          {materialBytes(props.row.key_spec) === undefined
            ? text().wrappingPrivateKey
            : text().wrappingBytes}
        </p>
        <p class="soft">{text().wrappingSm2}</p>
      </details>
      <div>
        <button type="submit" class="button primary" disabled={doImport.isBusy()}>
          <Icon name="upload" size={18} />
          {doImport.isBusy() ? text().busy : text().submit}
        </button>
      </div>
    </form>
  )
}

function WhatWasSent(props: { readonly wrapped: WrappedMaterial }): JSX.Element {
  const text = () => words().importing
  return (
    <div class="remark good" role="status">
      <Icon name="check" />
      <div>
        <strong>{text().sent}</strong>
        <p class="break">
          {text().sentText(format.number(lengthOf(props.wrapped)), props.wrapped.wrappedFor)}
        </p>
      </div>
    </div>
  )
}

function lengthOf(wrapped: WrappedMaterial): number {
  const { encrypted_key_material: key, encrypted_privatekey: privateKey } = wrapped
  return fromBase64(key).length + (privateKey === undefined ? 0 : fromBase64(privateKey).length)
}
