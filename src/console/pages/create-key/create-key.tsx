import { useNavigate } from '@solidjs/router'
import { createSignal, For, type JSX, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import type { KeyOrigin, KeySpec, KeyUsage } from '../../../client/index.ts'
import { specOf } from '../../../core/key-specs.ts'
import { ROTATION_INTERVAL } from '../../../core/rotation.ts'
import { api } from '../../api/session.ts'
import { isRotatable } from '../../keys/key-facts.ts'
import {
  aliasMistake,
  descriptionMistake,
  intervalMistake,
  tagMistake,
} from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Field } from '../../parts/field.tsx'
import { Page } from '../../parts/page.tsx'
import { Failed } from '../../parts/states.tsx'
import { tell } from '../../toasts.ts'
import { createWanted, type WantedKey } from './create-wanted.ts'
import { SpecChoice } from './spec-choice.tsx'
import { TagEditor } from './tag-editor.tsx'
import './create-key.css'

const BEGINNING: WantedKey = {
  alias: '',
  description: '',
  spec: 'AES_256',
  usage: 'ENCRYPT_DECRYPT',
  origin: 'kms',
  tags: [],
  isRotating: true,
  interval: String(ROTATION_INTERVAL.default),
}

/** Where a key is made. */
export function CreateKey(): JSX.Element {
  const navigate = useNavigate()
  const [wanted, setWanted] = createStore<WantedKey>({ ...BEGINNING })
  const [wasTried, setTried] = createSignal(false)
  const [isBusy, setBusy] = createSignal(false)
  const [error, setError] = createSignal<unknown>()
  const text = () => words().createKey
  const spec = () => specOf(wanted.spec)
  const canRotate = () => isRotatable(wanted.spec) && wanted.origin === 'kms'

  const mistakes = () => ({
    alias: aliasMistake(wanted.alias),
    description: descriptionMistake(wanted.description),
    interval: canRotate() && wanted.isRotating ? intervalMistake(wanted.interval) : undefined,
    tags: wanted.tags.map((tag, at) =>
      tagMistake(
        tag,
        wanted.tags.filter((_, other) => other < at),
      ),
    ),
  })
  const shown = () => (wasTried() ? mistakes() : undefined)

  function chooseSpec(next: KeySpec): void {
    const { defaultUsage, importable } = specOf(next)
    setWanted({ spec: next, usage: defaultUsage, ...(importable ? {} : { origin: 'kms' }) })
  }

  async function submit(event: SubmitEvent & { currentTarget: HTMLFormElement }): Promise<void> {
    event.preventDefault()
    setTried(true)
    const { alias, description, interval, tags } = mistakes()
    if ([alias, description, interval, ...tags].some((mistake) => mistake !== undefined)) {
      event.currentTarget.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
      return
    }
    if (isBusy()) return
    setBusy(true)
    setError(undefined)
    try {
      const keyId = await createWanted(api(), wanted)
      tell(text().done(wanted.alias))
      navigate(`/keys/${keyId}${wanted.origin === 'external' ? '/import' : ''}`)
    } catch (thrown) {
      setError(() => thrown)
      scrollTo({ top: 0 })
    } finally {
      setBusy(false)
    }
  }

  return (
    <Page title={text().title} lead={text().lead}>
      <form class="create-key" novalidate onSubmit={(event) => void submit(event)}>
        <Show when={error()}>{(thrown) => <Failed error={thrown()} />}</Show>
        <section class="panel padded stack">
          <div class="narrow stack">
            <Field label={text().alias} hint={text().aliasHint} mistake={shown()?.alias}>
              {(field) => (
                <input
                  class="input mono"
                  {...field}
                  value={wanted.alias}
                  maxLength={255}
                  autocomplete="off"
                  autocapitalize="none"
                  spellcheck={false}
                  onInput={(event) => setWanted({ alias: event.currentTarget.value })}
                />
              )}
            </Field>
            <Field
              label={text().description}
              hint={text().descriptionHint}
              mistake={shown()?.description}
              isOptional
            >
              {(field) => (
                <input
                  class="input"
                  {...field}
                  value={wanted.description}
                  onInput={(event) => setWanted({ description: event.currentTarget.value })}
                />
              )}
            </Field>
          </div>
        </section>
        <section class="panel padded stack">
          <SpecChoice chosen={wanted.spec} choose={chooseSpec} />
          <Show when={spec().usages.length > 1}>
            <UsageChoice
              usages={spec().usages}
              chosen={wanted.usage}
              choose={(usage) => setWanted({ usage })}
            />
          </Show>
        </section>
        <Show when={spec().importable}>
          <section class="panel padded">
            <OriginChoice chosen={wanted.origin} choose={(origin) => setWanted({ origin })} />
          </section>
        </Show>
        <section class="panel padded">
          <fieldset class="stack">
            <legend>{text().rotation}</legend>
            <Show when={canRotate()} fallback={<p class="soft">{text().noRotation}</p>}>
              <label class="check">
                <input
                  type="checkbox"
                  checked={wanted.isRotating}
                  onChange={(event) => setWanted({ isRotating: event.currentTarget.checked })}
                />
                <span>
                  <strong>{text().rotate}</strong>
                  <span class="hint">
                    <br />
                    {text().rotateText}
                  </span>
                </span>
              </label>
              <Show when={wanted.isRotating}>
                <div class="narrow">
                  <Field
                    label={text().interval}
                    hint={text().intervalHint(ROTATION_INTERVAL.min, ROTATION_INTERVAL.max)}
                    mistake={shown()?.interval}
                  >
                    {(field) => (
                      <input
                        class="input"
                        {...field}
                        inputmode="numeric"
                        value={wanted.interval}
                        onInput={(event) =>
                          setWanted({ interval: event.currentTarget.value.trim() })
                        }
                      />
                    )}
                  </Field>
                </div>
              </Show>
            </Show>
          </fieldset>
        </section>
        <section class="panel padded">
          <fieldset class="narrow">
            <legend>{text().tags}</legend>
            <TagEditor
              tags={wanted.tags}
              change={(tags) => setWanted({ tags })}
              mistakeOf={(index) => shown()?.tags[index]}
            />
          </fieldset>
        </section>
        <div class="foot">
          <button type="submit" class="button primary" disabled={isBusy()}>
            {isBusy() ? text().busy : text().submit}
          </button>
          <button type="button" class="button plain" onClick={() => navigate('/keys')}>
            {words().frame.cancel}
          </button>
        </div>
      </form>
    </Page>
  )
}

function UsageChoice(props: {
  readonly usages: readonly KeyUsage[]
  readonly chosen: KeyUsage
  readonly choose: (usage: KeyUsage) => void
}): JSX.Element {
  return (
    <fieldset>
      <legend>{words().createKey.usage}</legend>
      <div class="choices">
        <For each={props.usages}>
          {(usage) => (
            <label class="choice">
              <input
                type="radio"
                name="usage"
                checked={props.chosen === usage}
                onChange={() => props.choose(usage)}
              />
              <strong>{words().keys.usages[usage]}</strong>
            </label>
          )}
        </For>
      </div>
    </fieldset>
  )
}

function OriginChoice(props: {
  readonly chosen: KeyOrigin
  readonly choose: (origin: KeyOrigin) => void
}): JSX.Element {
  const text = () => words().createKey
  const choices = () =>
    [
      ['kms', text().originKms, text().originKmsText],
      ['external', text().originExternal, text().originExternalText],
    ] as const
  return (
    <fieldset>
      <legend>{text().origin}</legend>
      <div class="choices">
        <For each={choices()}>
          {([origin, title, sentence]) => (
            <label class="choice">
              <input
                type="radio"
                name="origin"
                checked={props.chosen === origin}
                onChange={() => props.choose(origin)}
              />
              <span>
                <strong>{title}</strong>
                <small>{sentence}</small>
              </span>
            </label>
          )}
        </For>
      </div>
    </fieldset>
  )
}
