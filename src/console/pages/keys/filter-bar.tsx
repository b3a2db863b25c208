import { createEffect, createSignal, For, type JSX, on, onCleanup, onMount } from 'solid-js'
import { KEY_SPEC_NAMES } from '../../../core/key-specs.ts'
import { api } from '../../api/session.ts'
import { STATE_NAMES } from '../../keys/key-facts.ts'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { type FilterName, type KeyFilter, ROTATIONS } from './key-filter.ts'

/** How long somebody must have stopped typing before the server is asked. */
const TYPING_MS = 120
/** Most tags that are offered. */
const MOST_OFFERED = 200

/** The filters above the table. `/` goes to the first of them from anywhere on the page. */
export function FilterBar(props: { readonly filter: KeyFilter }): JSX.Element {
  const text = () => words().keys
  let alias: HTMLInputElement | undefined

  function onKey(event: KeyboardEvent): void {
    const target = event.target instanceof HTMLElement ? event.target : undefined
    const isTyping = target?.closest('input, select, textarea, [role=dialog]') !== null
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return
    event.preventDefault()
    alias?.focus()
    alias?.select()
  }
  onMount(() => document.addEventListener('keydown', onKey))
  onCleanup(() => document.removeEventListener('keydown', onKey))

  return (
    <search class="filters" aria-label={text().filters}>
      <div class="filter-alias">
        <Icon name="search" size={18} />
        <TypedFilter
          filter={props.filter}
          name="alias"
          label={text().filter}
          placeholder={text().filterHint}
          ref={(element) => {
            alias = element
          }}
        />
        <span class="kbd" aria-hidden="true">
          /
        </span>
      </div>
      <ChosenFilter
        filter={props.filter}
        name="state"
        label={text().state}
        any={text().anyState}
        choices={STATE_NAMES.map((name) => [name, text().states[name]])}
      />
      <ChosenFilter
        filter={props.filter}
        name="spec"
        label={text().spec}
        any={text().anySpec}
        choices={KEY_SPEC_NAMES.map((name) => [name, name])}
      />
      <ChosenFilter
        filter={props.filter}
        name="rotation"
        label={text().rotation}
        any={text().anyRotation}
        choices={ROTATIONS.map((name) => [name, text().rotations[name]])}
      />
      <TagFilter filter={props.filter} />
    </search>
  )
}

function ChosenFilter(props: {
  readonly filter: KeyFilter
  readonly name: FilterName
  readonly label: string
  readonly any: string
  readonly choices: readonly (readonly [value: string, label: string])[]
}): JSX.Element {
  const chosen = () => props.filter.value(props.name)
  return (
    <select
      class="input"
      classList={{ set: chosen() !== '' }}
      aria-label={props.label}
      value={chosen()}
      onChange={(event) => props.filter.set(props.name, event.currentTarget.value)}
    >
      <option value="">{props.any}</option>
      <For each={props.choices}>
        {([value, label]) => (
          <option value={value} selected={value === chosen()}>
            {label}
          </option>
        )}
      </For>
    </select>
  )
}

/** A filter that is typed; the server is asked when the typing pauses. */
function TypedFilter(props: {
  readonly filter: KeyFilter
  readonly name: FilterName
  readonly label: string
  readonly placeholder: string
  readonly list?: string
  readonly ref?: (element: HTMLInputElement) => void
  readonly onFocus?: () => void
}): JSX.Element {
  const [typed, setTyped] = createSignal(props.filter.value(props.name))
  let timer: ReturnType<typeof setTimeout> | undefined
  createEffect(
    on(
      () => props.filter.value(props.name),
      (value) => {
        if (timer === undefined) setTyped(value) // cleared, or gone back to
      },
    ),
  )
  onCleanup(() => clearTimeout(timer))
  function commit(value: string): void {
    clearTimeout(timer)
    timer = undefined
    props.filter.set(props.name, value.trim())
  }
  return (
    <input
      class="input"
      classList={{ set: typed() !== '' }}
      type="search"
      ref={props.ref}
      aria-label={props.label}
      placeholder={props.placeholder}
      value={typed()}
      list={props.list}
      maxLength={255}
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
      onFocus={() => props.onFocus?.()}
      onInput={(event) => {
        const { value } = event.currentTarget
        setTyped(value)
        clearTimeout(timer)
        timer = setTimeout(() => commit(value), TYPING_MS)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit(event.currentTarget.value)
      }}
    />
  )
}

function TagFilter(props: { readonly filter: KeyFilter }): JSX.Element {
  const [offered, setOffered] = createSignal<readonly string[]>([])
  let wasAsked = false
  async function offer(): Promise<void> {
    if (wasAsked) return
    wasAsked = true
    // Only an offer: who may not list tags types one.
    const { tags } = await api()
      .listKmsTags()
      .catch(() => ({ tags: [] }))
    const all = tags.flatMap(({ key, values }) => [
      key,
      ...values.map((value) => `${key}=${value}`),
    ])
    setOffered(all.slice(0, MOST_OFFERED))
  }
  return (
    <>
      <TypedFilter
        filter={props.filter}
        name="tag"
        label={words().keys.tag}
        placeholder={words().keys.tagHint}
        list="offered-tags"
        onFocus={() => void offer()}
      />
      <datalist id="offered-tags">
        <For each={offered()}>{(tag) => <option value={tag} />}</For>
      </datalist>
    </>
  )
}
