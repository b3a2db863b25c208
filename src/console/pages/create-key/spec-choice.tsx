import { For, type JSX } from 'solid-js'
import type { KeySpec } from '../../../client/index.ts'
import { KEY_SPEC_NAMES, specOf } from '../../../core/key-specs.ts'
import { words } from '../../language.ts'

const FAMILIES = ['symmetric', 'asymmetric', 'mac'] as const

/** Every spec that a key can have, by what it is for, with a sentence each. */
export function SpecChoice(props: {
  readonly chosen: KeySpec
  readonly choose: (spec: KeySpec) => void
}): JSX.Element {
  const text = () => words().createKey
  return (
    <fieldset>
      <legend>{text().purpose}</legend>
      <For each={FAMILIES}>
        {(family) => (
          <div class="family">
            <h3>{text().families[family]}</h3>
            <div class="choices">
              <For each={KEY_SPEC_NAMES.filter((name) => specOf(name).family === family)}>
                {(spec) => (
                  <label class="choice">
                    <input
                      type="radio"
                      name="spec"
                      value={spec}
                      checked={props.chosen === spec}
                      onChange={() => props.choose(spec)}
                    />
                    <span>
                      <strong>{spec}</strong>
                      <small>{text().specs[spec]}</small>
                    </span>
                  </label>
                )}
              </For>
            </div>
          </div>
        )}
      </For>
    </fieldset>
  )
}
