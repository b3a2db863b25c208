import { type JSX, Show } from 'solid-js'
import { createStore } from 'solid-js/store'
import { api } from '../../api/session.ts'
import { aliasMistake, descriptionMistake } from '../../keys/key-rules.ts'
import { words } from '../../language.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { createDialogForm, FormOfDialog } from '../../parts/dialog-form.tsx'
import { Field } from '../../parts/field.tsx'

const KINDS = ['1', '2', '3'] as const
type Kind = (typeof KINDS)[number]
const CLUSTER: Kind = '2'

interface WantedPoint {
  readonly name: string
  readonly kind: Kind
  readonly identity: string
  readonly cluster: string
  readonly description: string
}

const BEGINNING: WantedPoint = {
  name: '',
  kind: '3',
  identity: '',
  cluster: '',
  description: '',
}

/** A dialog in which an access point is made. */
export function NewPoint(props: {
  readonly spaceId: string
  readonly isOpen: boolean
  readonly close: () => void
  readonly made: () => Promise<void>
}): JSX.Element {
  const text = () => words().spaces
  const [wanted, setWanted] = createStore<WantedPoint>({ ...BEGINNING })
  const isCluster = () => wanted.kind === CLUSTER
  const mistakes = () => ({
    name: aliasMistake(wanted.name) === undefined ? undefined : text().nameMistake,
    identity: isCluster() && wanted.identity === '' ? text().identityMistake : undefined,
    cluster: isCluster() && wanted.cluster === '' ? text().clusterMistake : undefined,
    description: descriptionMistake(wanted.description),
  })
  const shown = () => (form.wasTried() ? mistakes() : undefined)

  const form = createDialogForm({
    openFor: () => props.isOpen,
    begin: () => setWanted({ ...BEGINNING }),
    mistakes: () => mistakes(),
    save: async () => {
      const { name, kind, identity, cluster, description } = wanted
      await api().createAccessPoint({
        keyspace_id: props.spaceId,
        access_point_name: name,
        type: kind,
        ...(identity === '' ? {} : { identity }),
        ...(isCluster() ? { cluster_id: cluster } : {}),
        ...(description === '' ? {} : { description }),
      })
      await props.made()
      return text().pointMade(name)
    },
    close: () => props.close(),
  })

  return (
    <Dialog title={text().newPoint} isOpen={props.isOpen} close={props.close}>
      <FormOfDialog form={form} send={words().frame.save}>
        <Field label={text().name} mistake={shown()?.name}>
          {(field) => (
            <input
              class="input"
              {...field}
              value={wanted.name}
              maxLength={255}
              autocomplete="off"
              onInput={(event) => setWanted({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={text().kind}>
          {(field) => (
            <select
              class="input"
              {...field}
              value={wanted.kind}
              onChange={(event) => {
                const kind = KINDS.find((each) => each === event.currentTarget.value)
                if (kind !== undefined) setWanted({ kind })
              }}
            >
              {KINDS.map((kind) => (
                <option value={kind}>{text().kinds[kind]}</option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label={text().identity}
          hint={text().identityHint}
          mistake={shown()?.identity}
          isOptional={!isCluster()}
        >
          {(field) => (
            <textarea
              class="input mono"
              {...field}
              value={wanted.identity}
              maxLength={8192}
              spellcheck={false}
              onInput={(event) => setWanted({ identity: event.currentTarget.value.trim() })}
            />
          )}
        </Field>
        <Show when={isCluster()}>
          <Field label={text().cluster} mistake={shown()?.cluster}>
            {(field) => (
              <input
                class="input"
                {...field}
                value={wanted.cluster}
                maxLength={255}
                autocomplete="off"
                onInput={(event) => setWanted({ cluster: event.currentTarget.value.trim() })}
              />
            )}
          </Field>
        </Show>
        <Field label={text().description} mistake={shown()?.description} isOptional>
          {(field) => (
            <input
              class="input"
              {...field}
              value={wanted.description}
              onInput={(event) => setWanted({ description: event.currentTarget.value })}
            />
          )}
        </Field>
      </FormOfDialog>
    </Dialog>
  )
}
