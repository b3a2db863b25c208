import { createEffect, createSignal, For, type JSX, Show } from 'solid-js'
import { words } from '../../language.ts'
import { Field } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { type AuditFilter, type AuditFilterName, OUTCOMES } from './audit-filter.ts'

/** The filters above the records; each is used when it is left, or at Enter. */
export function AuditFilterBar(props: { readonly filter: AuditFilter }): JSX.Element {
  return (
    <search class="audit-filters" aria-label={words().audit.filter}>
      <TextFilter
        filter={props.filter}
        name="operation"
        label={words().audit.operation}
        hint={words().audit.operationHint}
      />
      <TextFilter
        filter={props.filter}
        name="user"
        label={words().audit.user}
        hint={words().audit.userHint}
      />
      <TextFilter filter={props.filter} name="key_id" label={words().audit.key} />
      <TextFilter filter={props.filter} name="request_id" label={words().audit.requestId} />
      <Field label={words().audit.outcome}>
        {(control) => (
          <select
            {...control}
            class="input"
            onChange={(event) => props.filter.set('outcome', event.currentTarget.value)}
          >
            <option value="">{words().audit.outcomes.any}</option>
            <For each={OUTCOMES}>
              {(outcome) => (
                <option value={outcome} selected={props.filter.value('outcome') === outcome}>
                  {words().audit.outcomes[outcome]}
                </option>
              )}
            </For>
          </select>
        )}
      </Field>
      <TimeFilter filter={props.filter} name="from" label={words().audit.from} />
      <TimeFilter filter={props.filter} name="to" label={words().audit.to} />
      <Show when={props.filter.isOn()}>
        <button type="button" class="button plain" onClick={() => props.filter.clear()}>
          <Icon name="cross" size={16} />
          {words().audit.clear}
        </button>
      </Show>
    </search>
  )
}

function TextFilter(props: {
  readonly filter: AuditFilter
  readonly name: AuditFilterName
  readonly label: string
  readonly hint?: string
}): JSX.Element {
  const [typed, setTyped] = createSignal('')
  createEffect(() => setTyped(props.filter.value(props.name)))
  return (
    <Field label={props.label}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="search"
          placeholder={props.hint}
          maxLength={255}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={typed()}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onChange={(event) => props.filter.set(props.name, event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

/** A time in the zone of whoever looks. */
function TimeFilter(props: {
  readonly filter: AuditFilter
  readonly name: 'from' | 'to'
  readonly label: string
}): JSX.Element {
  return (
    <Field label={props.label}>
      {(control) => (
        <input
          {...control}
          class="input"
          type="datetime-local"
          value={localText(props.filter.value(props.name))}
          onChange={(event) => {
            const timeMs = new Date(event.currentTarget.value).getTime()
            props.filter.set(props.name, Number.isNaN(timeMs) ? '' : String(timeMs))
          }}
        />
      )}
    </Field>
  )
}

/** Milliseconds since 1970 as a control of a time wants them: without their zone. */
function localText(timeText: string): string {
  if (timeText === '') return ''
  const timeMs = Number(timeText)
  const offsetMs = new Date(timeMs).getTimezoneOffset() * 60_000
  return new Date(timeMs - offsetMs).toISOString().slice(0, 16)
}
