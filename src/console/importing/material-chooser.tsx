import { createSignal, For, type JSX, Match, Show, Switch } from 'solid-js'
import type { KeySpec } from '../../client/index.ts'
import { warnOf } from '../api/failure.ts'
import { format } from '../format.ts'
import { words } from '../language.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { canGenerate, generateMaterial } from './generate-material.ts'
import {
  type MaterialMistake,
  materialBytes,
  type ReadMaterial,
  readFileBytes,
  readText,
} from './read-material.ts'

const WAYS = ['generate', 'file', 'text'] as const
type Way = (typeof WAYS)[number]

/** Longer files are no material. */
const MOST_FILE_BYTES = 64 * 1024

interface ChooserProps {
  readonly spec: KeySpec
  readonly alias: string
  readonly material: Uint8Array<ArrayBuffer> | undefined
  readonly take: (bytes: Uint8Array<ArrayBuffer> | undefined) => void
  readonly isKept: boolean
  readonly setKept: (isKept: boolean) => void
  readonly wasTried: boolean
}

/** Where material comes from: the browser, a file, or what somebody types. */
export function MaterialChooser(props: ChooserProps): JSX.Element {
  const text = () => words().importing
  const [way, setWay] = createSignal<Way>()
  const [mistake, setMistake] = createSignal<MaterialMistake>()

  function read(found: ReadMaterial | undefined): void {
    setMistake(found?.kind === 'mistake' ? found.mistake : undefined)
    props.take(found?.kind === 'material' ? found.bytes : undefined)
  }
  async function choose(next: Way): Promise<void> {
    setWay(next)
    read(undefined)
    props.setKept(next !== 'generate')
    if (next !== 'generate') return
    try {
      const bytes = await generateMaterial(props.spec)
      if (way() === 'generate') props.take(bytes)
      else bytes?.fill(0)
    } catch (thrown) {
      warnOf(thrown)
    }
  }
  async function readFile(file: File | undefined): Promise<void> {
    if (file === undefined) return read(undefined)
    if (file.size > MOST_FILE_BYTES) {
      return read({
        kind: 'mistake',
        mistake: materialBytes(props.spec) === undefined ? 'notPkcs8' : 'length',
      })
    }
    read(readFileBytes(props.spec, new Uint8Array(await file.arrayBuffer())))
  }
  const mistakeText = () => {
    const found = mistake()
    if (found === undefined) {
      const isMissing = props.wasTried && props.material === undefined
      return isMissing ? text().mistakes.missing : undefined
    }
    return found === 'length'
      ? text().mistakes.length(materialBytes(props.spec) ?? 0)
      : text().mistakes[found]
  }

  return (
    <>
      <fieldset>
        <legend>{text().from}</legend>
        <div class="choices">
          <For each={WAYS}>
            {(name) => (
              <label class="choice">
                <input
                  type="radio"
                  name="material-from"
                  value={name}
                  checked={way() === name}
                  disabled={name === 'generate' && !canGenerate(props.spec)}
                  onChange={() => void choose(name)}
                />
                <span>
                  <strong>{text().ways[name]}</strong>
                  <small>{wayText(name, props.spec)}</small>
                </span>
              </label>
            )}
          </For>
        </div>
        <Show when={way() === undefined && mistakeText()}>
          {(said) => <p class="mistake">{said()}</p>}
        </Show>
      </fieldset>
      <Switch>
        <Match when={way() === 'file'}>
          <Field label={text().file} mistake={mistakeText()}>
            {(control) => (
              <input
                {...control}
                class="input"
                type="file"
                onChange={(event) => void readFile(event.currentTarget.files?.[0])}
              />
            )}
          </Field>
        </Match>
        <Match when={way() === 'text'}>
          <Field label={text().material} mistake={mistakeText()}>
            {(control) => (
              <textarea
                {...control}
                class="input mono"
                rows="4"
                autocomplete="off"
                autocapitalize="none"
                spellcheck={false}
                onInput={(event) => {
                  const { value } = event.currentTarget
                  read(value.trim() === '' ? undefined : readText(props.spec, value))
                }}
              />
            )}
          </Field>
        </Match>
        <Match when={way() === 'generate' && props.material}>
          {(material) => (
            <KeepCopy
              alias={props.alias}
              material={material()}
              isKept={props.isKept}
              setKept={props.setKept}
            />
          )}
        </Match>
      </Switch>
      <p role="status" class="ready">
        <Show when={props.material}>
          {(material) => (
            <>
              <Icon name="check" size={16} /> {text().ready(format.number(material().length))}
            </>
          )}
        </Show>
      </p>
    </>
  )
}

function wayText(way: Way, spec: KeySpec): string {
  const { ways, cannotGenerate } = words().importing
  const bytes = materialBytes(spec)
  switch (way) {
    case 'generate':
      return canGenerate(spec) ? ways.generateText : cannotGenerate(spec)
    case 'file':
      return bytes === undefined ? ways.fileText.privateKey : ways.fileText.bytes(bytes)
    case 'text':
      return bytes === undefined ? ways.textText.privateKey : ways.textText.bytes(bytes)
    default:
      throw way satisfies never
  }
}

/** Material that was made here is nowhere else yet: whoever needs it again must take it now. */
function KeepCopy(props: {
  readonly alias: string
  readonly material: Uint8Array<ArrayBuffer>
  readonly isKept: boolean
  readonly setKept: (isKept: boolean) => void
}): JSX.Element {
  const text = () => words().importing
  function download(): void {
    const url = URL.createObjectURL(new Blob([props.material]))
    const link = document.createElement('a')
    link.href = url
    link.download = `${props.alias.replace(/[^\w.-]/g, '_')}.key`
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 1000)
  }
  return (
    <div class="remark warn keep">
      <Icon name="warning" />
      <div class="stack">
        <div>
          <strong>{text().keep}</strong>
          <p>{text().keepText}</p>
        </div>
        <div class="row">
          <button type="button" class="button" onClick={download}>
            <Icon name="download" size={18} />
            {text().download}
          </button>
        </div>
        <label class="check">
          <input
            type="checkbox"
            required
            checked={props.isKept}
            onChange={(event) => props.setKept(event.currentTarget.checked)}
          />
          {text().downloaded}
        </label>
      </div>
    </div>
  )
}
