import { A } from '@solidjs/router'
import { createSignal, type JSX, Match, Show, Switch } from 'solid-js'
import { nowMs } from '../../clock.ts'
import { format } from '../../format.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { isOwned, stateOf } from '../../keys/key-facts.ts'
import { words } from '../../language.ts'
import { Icon } from '../../parts/icon.tsx'
import { EditDetails } from './edit-details.tsx'
import { KeyLife } from './key-life.tsx'

/** What a key is, what state it is in, and what may be done about that. */
export function Overview(): JSX.Element {
  return (
    <>
      <Notice />
      <div class="columns-2">
        <Details />
        <KeyLife />
      </div>
    </>
  )
}

/** What somebody must know before all else. */
function Notice(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().key
  const deletedAtMs = () => Number(row().scheduled_deletion_date)
  return (
    <Switch>
      <Match when={!isOwned(row())}>
        <p class="remark">
          <Icon name="info" />
          {text().defaultText}
        </p>
      </Match>
      <Match when={stateOf(row()) === 'pendingDeletion'}>
        <p class="remark bad">
          <Icon name="warning" />
          {text().deletionText(
            format.dateTime(deletedAtMs()),
            format.relative(deletedAtMs(), nowMs()),
          )}
        </p>
      </Match>
      <Match when={stateOf(row()) === 'pendingImport'}>
        <div class="remark">
          <Icon name="info" />
          <div>
            <p>{text().importText}</p>
            <A href={`/keys/${row().key_id}/import`}>{text().toImport}</A>
          </div>
        </div>
      </Match>
      <Match when={stateOf(row()) === 'disabled'}>
        <p class="remark warn">
          <Icon name="warning" />
          {text().disabledText}
        </p>
      </Match>
    </Switch>
  )
}

function Details(): JSX.Element {
  const { row } = useCurrentKey()
  const [isEditing, setEditing] = createSignal(false)
  const text = () => words().key
  const canEdit = () => isOwned(row()) && stateOf(row()) !== 'pendingDeletion'
  return (
    <section class="panel" aria-labelledby="details">
      <header>
        <h2 id="details">{text().details}</h2>
        <Show when={canEdit()}>
          <button type="button" class="button small push" onClick={() => setEditing(true)}>
            <Icon name="edit" size={16} />
            {words().frame.edit}
          </button>
        </Show>
      </header>
      <dl class="facts body">
        <Fact name={text().alias} value={<code>{row().key_alias}</code>} />
        <Fact
          name={text().description}
          value={
            row().key_description === '' ? (
              <span class="muted">{text().noDescription}</span>
            ) : (
              row().key_description
            )
          }
        />
        <Fact name={words().keys.usage} value={words().keys.usages[row().key_usage]} />
        <Fact name={words().keys.origin} value={words().keys.origins[row().origin]} />
        <Fact name={words().keys.created} value={format.dateTime(Number(row().creation_date))} />
        <Fact
          name={text().region}
          value={`${row().realm} · ${regionalText(row().multi_region_key_type)}`}
        />
        <Show when={row().expiration_time !== ''}>
          <Fact
            name={text().materialExpires}
            value={format.dateTime(Number(row().expiration_time))}
          />
        </Show>
        <Show when={row().scheduled_deletion_date !== ''}>
          <Fact
            name={text().deletedOn}
            value={format.dateTime(Number(row().scheduled_deletion_date))}
          />
        </Show>
      </dl>
      <EditDetails isOpen={isEditing()} close={() => setEditing(false)} />
    </section>
  )
}

function Fact(props: { readonly name: string; readonly value: JSX.Element }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  )
}

function regionalText(kind: string): string {
  const { regional } = words().key
  return kind === 'PRIMARY' || kind === 'REPLICA' ? regional[kind] : regional.SINGLE
}
