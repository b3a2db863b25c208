import * as Kobalte from '@kobalte/core/dropdown-menu'
import { For, type JSX, Show } from 'solid-js'
import { Icon } from './icon.tsx'

/** A choice of a menu. */
export interface MenuChoice {
  readonly value: string
  readonly label: string
}

/** A button that opens a menu in which one of a few is chosen. */
export function ChoiceMenu(props: {
  /** What is chosen here: the name of the button. */
  readonly label: string
  /** What the button shows. */
  readonly children: JSX.Element
  readonly choices: readonly MenuChoice[]
  readonly chosen: string
  readonly choose: (value: string) => void
  readonly isIcon?: boolean
  /** When the menu opens. */
  readonly opened?: () => void
}): JSX.Element {
  return (
    <Kobalte.Root
      placement="bottom-end"
      gutter={6}
      modal={false}
      onOpenChange={(isOpen) => {
        if (isOpen) props.opened?.()
      }}
    >
      <Kobalte.Trigger
        class="button plain"
        classList={{ icon: props.isIcon ?? false }}
        aria-label={props.label}
        title={props.label}
      >
        {props.children}
        <Show when={props.isIcon !== true}>
          <Icon name="down" size={14} />
        </Show>
      </Kobalte.Trigger>
      <Kobalte.Portal>
        <Kobalte.Content class="menu" aria-label={props.label}>
          <Kobalte.RadioGroup value={props.chosen} onChange={props.choose}>
            <For each={props.choices}>
              {({ value, label }) => (
                <Kobalte.RadioItem class="menu-item" value={value} closeOnSelect>
                  <span class="break">{label}</span>
                  <Kobalte.ItemIndicator class="push">
                    <Icon name="check" size={16} />
                  </Kobalte.ItemIndicator>
                </Kobalte.RadioItem>
              )}
            </For>
          </Kobalte.RadioGroup>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  )
}

/** Something that a menu does. */
export interface MenuDeed {
  readonly label: string
  readonly icon: Parameters<typeof Icon>[0]['name']
  readonly isDanger?: boolean
  readonly run: () => void
}

/** A button that opens a menu of things to do. */
export function DeedMenu(props: {
  readonly label: string
  readonly children: JSX.Element
  /** Said at the top of the menu. */
  readonly note?: string | undefined
  readonly deeds: readonly MenuDeed[]
}): JSX.Element {
  return (
    <Kobalte.Root placement="bottom-end" gutter={6} modal={false}>
      <Kobalte.Trigger class="button plain icon" aria-label={props.label} title={props.label}>
        {props.children}
      </Kobalte.Trigger>
      <Kobalte.Portal>
        <Kobalte.Content class="menu" aria-label={props.label}>
          <Show when={props.note}>
            <p class="menu-note">{props.note}</p>
          </Show>
          <For each={props.deeds}>
            {(deed) => (
              <Kobalte.Item
                class="menu-item"
                classList={{ danger: deed.isDanger ?? false }}
                onSelect={deed.run}
              >
                <Icon name={deed.icon} size={18} />
                {deed.label}
              </Kobalte.Item>
            )}
          </For>
        </Kobalte.Content>
      </Kobalte.Portal>
    </Kobalte.Root>
  )
}
