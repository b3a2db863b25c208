import { A, useLocation } from '@solidjs/router'
import { createSignal, For, type JSX, onMount, Show } from 'solid-js'
import { warnOf } from './api/failure.ts'
import { api, lookAtClock, session, signOut, switchProject } from './api/session.ts'
import { isVirtual, nowMs } from './clock.ts'
import { format } from './format.ts'
import { words } from './language.ts'
import { Icon, type IconName, Mark } from './parts/icon.tsx'
import { ChoiceMenu, DeedMenu } from './parts/menu.tsx'
import { LanguageSwitch, ThemeSwitch } from './parts/switches.tsx'
import { ROOT_PATH } from './root.ts'
import { tell } from './toasts.ts'
import type { Words } from './words/words.ts'

/** What the navigation leads to; a new page of its own gets a line here and one in `routes.tsx`. */
const PLACES = [
  { path: '/', icon: 'home', name: 'home' },
  { path: '/keys', icon: 'key', name: 'keys' },
  { path: '/rotation', icon: 'rotate', name: 'rotation' },
  { path: '/audit', icon: 'list', name: 'audit' },
  { path: '/spaces', icon: 'box', name: 'spaces' },
] as const satisfies readonly {
  path: string
  icon: IconName
  name: keyof Words['frame']
}[]

/** What stands around every page: the head with project and account, and the navigation. */
export function Frame(props: { readonly children?: JSX.Element }): JSX.Element {
  onMount(() => void lookAtClock().catch(warnOf))
  return (
    <>
      <a class="skip" href="#content" target="_self">
        {words().frame.skip}
      </a>
      <div class="frame">
        <Top />
        <Side />
        <main class="main" id="content" tabindex="-1">
          {props.children}
        </main>
      </div>
    </>
  )
}

function Top(): JSX.Element {
  return (
    <header class="top">
      <A class="brand" href="/" aria-label={words().frame.product}>
        <Mark />
        <span>Keyturn</span>
      </A>
      <Show when={isVirtual()}>
        <span class="badge note" title={words().frame.virtualClockText(format.dateTime(nowMs()))}>
          <span class="words">{words().frame.virtualClock} ·</span> {format.date(nowMs())}
        </span>
      </Show>
      <span class="push" />
      <ProjectSwitch />
      <LanguageSwitch />
      <ThemeSwitch />
      <Account />
    </header>
  )
}

function ProjectSwitch(): JSX.Element {
  const [projects, setProjects] = createSignal<readonly { id: string; name: string }[]>([])
  const chosen = () => ({ id: session()?.projectId ?? '', name: session()?.projectName ?? '' })
  const choices = () => {
    const all = projects().some(({ id }) => id === chosen().id)
      ? projects()
      : [chosen(), ...projects()]
    return all.map(({ id, name }) => ({ value: id, label: name === '' ? id : name }))
  }
  async function look(): Promise<void> {
    try {
      setProjects((await api().listAuthProjects()).projects)
    } catch (thrown) {
      warnOf(thrown)
    }
  }
  async function choose(id: string): Promise<void> {
    if (id === chosen().id) return
    try {
      await switchProject(id)
      tell(words().frame.switchedProject(chosen().name))
    } catch (thrown) {
      warnOf(thrown)
    }
  }
  return (
    <ChoiceMenu
      label={`${words().frame.switchProject}: ${chosen().name}`}
      choices={choices()}
      chosen={chosen().id}
      choose={(id) => void choose(id)}
      opened={() => void look()}
    >
      <Icon name="folder" size={18} />
      <span class="project">{chosen().name === '' ? chosen().id : chosen().name}</span>
    </ChoiceMenu>
  )
}

function Account(): JSX.Element {
  const note = () => {
    const { userName = '', domainName = '' } = session() ?? {}
    return userName === '' ? undefined : words().frame.signedInAs(userName, domainName)
  }
  return (
    <DeedMenu
      label={words().frame.account}
      note={note()}
      deeds={[
        {
          label: words().frame.signOut,
          icon: 'right',
          run: () => void signOut().then(() => tell(words().signIn.signedOut)),
        },
      ]}
    >
      <Icon name="person" />
    </DeedMenu>
  )
}

function Side(): JSX.Element {
  const location = useLocation()
  const isHere = (path: string) =>
    path === '/'
      ? location.pathname.replace(/\/$/, '') === `${ROOT_PATH}/console`
      : `${location.pathname}/`.startsWith(`${ROOT_PATH}/console${path}/`)
  return (
    <nav class="side" aria-label={words().frame.navigation}>
      <ul>
        <For each={PLACES}>
          {({ path, icon, name }) => (
            <li>
              <A href={path} aria-current={isHere(path) ? 'page' : undefined}>
                <Icon name={icon} />
                {words().frame[name]}
              </A>
            </li>
          )}
        </For>
      </ul>
      <ul>
        <li>
          <a href={ROOT_PATH + words().frame.referencePath} target="_blank" rel="noopener">
            <Icon name="book" />
            {words().frame.reference}
          </a>
        </li>
      </ul>
    </nav>
  )
}
