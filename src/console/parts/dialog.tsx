import * as Kobalte from '@kobalte/core/dialog'
import type { JSX } from 'solid-js'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  /** Left out: it cannot be closed without doing what it asks. */
  readonly close?: (() => void) | undefined
  readonly isWide?: boolean
  readonly children: JSX.Element
}

/** A dialog over the page: it holds the focus, and gives it back when it closes. */
export function Dialog(props: DialogProps): JSX.Element {
  return (
    <Kobalte.Root
      open={props.isOpen}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.close?.()
      }}
    >
      <Kobalte.Portal>
        <Kobalte.Overlay class="veil" />
        <div class="dialog-place">
          <Kobalte.Content class="dialog" classList={{ wide: props.isWide ?? false }}>
            <Kobalte.Title as="h2">{props.title}</Kobalte.Title>
            {props.children}
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte.Root>
  )
}
