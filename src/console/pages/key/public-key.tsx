import { type JSX, Show } from 'solid-js'
import { createQuery } from '../../api/query.ts'
import { api } from '../../api/session.ts'
import { useCurrentKey } from '../../keys/current-key.ts'
import { words } from '../../language.ts'
import { Copy } from '../../parts/copy.tsx'
import { download } from '../../parts/download.ts'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/states.tsx'

/** The public part of the key, to copy or to download. */
export function PublicKey(): JSX.Element {
  const { row } = useCurrentKey()
  const text = () => words().keyLabels
  const hasMaterial = () => row().primary_version !== undefined
  const query = createQuery(
    () => (hasMaterial() ? row().key_id : undefined),
    async (keyId, signal) => (await api().showPublicKey({ key_id: keyId }, { signal })).public_key,
  )
  return (
    <section class="panel" aria-labelledby="public-key">
      <header>
        <h2 id="public-key">{text().publicKey}</h2>
      </header>
      <div class="body stack">
        <p class="soft">{text().publicKeyText}</p>
        <Show when={hasMaterial()} fallback={<p class="remark warn">{text().unusable}</p>}>
          <Loaded query={query}>
            {(pem) => (
              <>
                <div class="row">
                  <span class="small muted">{text().pem}</span>
                  <Copy text={pem()} what={text().publicKey} />
                  <button
                    type="button"
                    class="button small"
                    onClick={() => download(pem(), row().key_alias.replace(/\W+/g, '-'), 'pem')}
                  >
                    <Icon name="download" size={16} />
                    {text().download}
                  </button>
                </div>
                <pre class="pem">{pem()}</pre>
              </>
            )}
          </Loaded>
        </Show>
      </div>
    </section>
  )
}
