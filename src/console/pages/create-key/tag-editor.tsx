import { Index, type JSX, Show } from 'solid-js'
import { MAX_TAGS_OF_KEY } from '../../../core/limits.ts'
import type { Tag } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'

/** Rows of names and values, as many as a key may have tags. */
export function TagEditor(props: {
  readonly tags: readonly Tag[]
  readonly change: (tags: readonly Tag[]) => void
  readonly mistakeOf: (index: number) => string | undefined
}): JSX.Element {
  const text = () => words().createKey
  const set = (index: number, part: Partial<Tag>) =>
    props.change(props.tags.map((tag, at) => (at === index ? { ...tag, ...part } : tag)))
  return (
    <div class="stack">
      <Index each={props.tags}>
        {(tag, index) => (
          <div>
            <div class="tag-row">
              <input
                class="input"
                aria-label={`${text().tagName} ${index + 1}`}
                placeholder={text().tagName}
                value={tag().key}
                maxLength={128}
                aria-invalid={props.mistakeOf(index) === undefined ? undefined : 'true'}
                onInput={(event) => set(index, { key: event.currentTarget.value })}
              />
              <input
                class="input"
                aria-label={`${text().tagValue} ${index + 1}`}
                placeholder={text().tagValue}
                value={tag().value}
                maxLength={255}
                onInput={(event) => set(index, { value: event.currentTarget.value })}
              />
              <button
                type="button"
                class="button plain icon"
                aria-label={text().removeTag(tag().key)}
                onClick={() => props.change(props.tags.filter((_, at) => at !== index))}
              >
                <Icon name="cross" size={18} />
              </button>
            </div>
            <Show when={props.mistakeOf(index)}>
              {(mistake) => <p class="mistake">{mistake()}</p>}
            </Show>
          </div>
        )}
      </Index>
      <Show when={props.tags.length < MAX_TAGS_OF_KEY}>
        <div>
          <button
            type="button"
            class="button small"
            onClick={() => props.change([...props.tags, { key: '', value: '' }])}
          >
            <Icon name="plus" size={16} />
            {text().addTag}
          </button>
        </div>
      </Show>
    </div>
  )
}
