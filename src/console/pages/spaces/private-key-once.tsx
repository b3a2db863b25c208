import { createEffect, createSignal, type JSX, on, Show } from 'solid-js'
import type { AccessPoint } from '../../../client/index.ts'
import { createAction } from '../../api/action.ts'
import { api } from '../../api/session.ts'
import { words } from '../../language.ts'
import { Copy } from '../../parts/copy.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { download } from '../../parts/download.ts'
import { Icon } from '../../parts/icon.tsx'

/** A dialog that fetches the private key of an access point, which works once; closed, it forgets it. */
export function PrivateKeyOnce(props: {
  readonly point: AccessPoint | undefined
  readonly close: () => void
}): JSX.Element {
  const text = () => words().spaces
  const [pem, setPem] = createSignal<string>()
  createEffect(
    on(
      () => props.point,
      () => setPem(undefined),
    ),
  )
  const fetchKey = createAction(async (id: string) => {
    const request = { access_point_id: id }
    setPem((await api().downloadAccessPointPrivateKey(request)).private_key)
  })
  const run = () => {
    const id = props.point?.access_point_id
    if (id !== undefined) void fetchKey.run(id)
  }
  return (
    <Dialog
      title={text().privateKeyTitle}
      isOpen={props.point !== undefined}
      close={() => props.close()}
      isWide
    >
      <p class="remark warn">
        <Icon name="warning" />
        {text().privateKeyText}
      </p>
      <Show when={pem()}>{(key) => <pre class="pem once">{key()}</pre>}</Show>
      <div class="actions">
        <button type="button" class="button" onClick={() => props.close()}>
          {words().frame.close}
        </button>
        <Show
          when={pem()}
          fallback={
            <button type="button" class="button primary" disabled={fetchKey.isBusy()} onClick={run}>
              {text().fetchPrivateKey}
            </button>
          }
        >
          {(key) => (
            <>
              <Copy text={key()} what={text().privateKey} />
              <button
                type="button"
                class="button primary"
                onClick={() => download(key(), 'access-point-private-key', 'pem')}
              >
                {text().download}
              </button>
            </>
          )}
        </Show>
      </div>
    </Dialog>
  )
}
