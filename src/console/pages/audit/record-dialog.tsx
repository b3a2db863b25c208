import { A } from '@solidjs/router'
import { For, type JSX, Show } from 'solid-js'
import type { AuditRecord } from '../../../client/index.ts'
import { format } from '../../format.ts'
import { words } from '../../language.ts'
import { Copy } from '../../parts/copy.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import type { AuditFilter } from './audit-filter.ts'

const FIELDS = [
  'time',
  'operation',
  'status',
  'error_code',
  'user_name',
  'user_id',
  'credential',
  'user_domain_id',
  'user_project_id',
  'key_id',
  'key_version',
  'opened_key_id',
  'opened_key_version',
  'source',
  'request_id',
  'chain',
  'number',
  'detail',
] as const satisfies readonly (keyof AuditRecord)[]

/** A record of the audit log with all that it says. */
export function RecordDialog(props: {
  readonly record: AuditRecord | undefined
  readonly filter: AuditFilter
  readonly close: () => void
}): JSX.Element {
  return (
    <Dialog
      title={words().audit.detail}
      isOpen={props.record !== undefined}
      close={props.close}
      isWide
    >
      <Show when={props.record}>
        {(record) => (
          <>
            <dl class="record">
              <For each={FIELDS.filter((name) => record()[name] !== undefined)}>
                {(name) => (
                  <div>
                    <dt>{words().audit.fields[name]}</dt>
                    <dd class="break">{textOf(record(), name)}</dd>
                  </div>
                )}
              </For>
            </dl>
            <OnlyThis record={record()} filter={props.filter} close={props.close} />
            <div class="actions">
              <span class="row small soft">
                {words().audit.copyRecord}
                <Copy
                  text={JSON.stringify(record(), undefined, 2)}
                  what={words().audit.copyRecord}
                />
              </span>
              <span class="push" />
              <Show when={record().key_id}>
                {(id) => (
                  <A class="button" href={`/keys/${id()}`}>
                    {words().audit.toKey}
                  </A>
                )}
              </Show>
              <button type="button" class="button primary" onClick={() => props.close()}>
                {words().frame.close}
              </button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  )
}

function textOf(record: AuditRecord, name: (typeof FIELDS)[number]): string {
  const value = record[name]
  if (name === 'time')
    return `${format.dateTime(Number(value))} (${new Date(Number(value)).toISOString()})`
  return typeof value === 'object' ? JSON.stringify(value, undefined, 2) : String(value)
}

/** Ways on from a record: all others of its user, key, operation. */
function OnlyThis(props: {
  readonly record: AuditRecord
  readonly filter: AuditFilter
  readonly close: () => void
}): JSX.Element {
  const ways = () => {
    const { user_name, user_id, key_id, operation, request_id } = props.record
    const found = [
      ['user', user_name ?? user_id],
      ['key_id', key_id],
      ['operation', operation],
      ['request_id', request_id],
    ] as const
    return found.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [{ name, value }],
    )
  }
  return (
    <div class="row">
      <For each={ways()}>
        {({ name, value }) => (
          <button
            type="button"
            class="button small"
            onClick={() => {
              props.close()
              props.filter.set(name, value)
            }}
          >
            {words().audit.onlyThis[name]}
          </button>
        )}
      </For>
    </div>
  )
}
