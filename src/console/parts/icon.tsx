import type { JSX } from 'solid-js'

/** Lines of each icon on a grid of 20. */
const LINES = {
  home: 'M3.5 9 10 3.5 16.5 9v7.5h-4.5v-4.5h-4v4.5h-4.5z',
  key: 'M7 14a4 4 0 1 1 0-8 4 4 0 0 1 0 8Zm4-4h7m-3 0v3.5m3-3.5v2.5',
  rotate: 'M16 10a6 6 0 0 1-10.6 3.9M4 10a6 6 0 0 1 10.6-3.9M15 3v3.5h-3.5M5 17v-3.5h3.5',
  list: 'M4 5.5h12M4 10h12M4 14.5h7',
  book: 'M10 5.5C8.5 4.5 6 4 3.5 4.2v11.3c2.5-.2 5 .3 6.5 1.3 1.5-1 4-1.5 6.5-1.3V4.2C14 4 11.5 4.5 10 5.5Zm0 0v11.3',
  box: 'M10 3 16.5 6.5v7L10 17l-6.5-3.5v-7L10 3Zm0 7 6.5-3.5M10 10 3.5 6.5M10 10v7',
  plus: 'M10 4v12M4 10h12',
  search: 'M9 14.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Zm4-1.5 4 4',
  cross: 'M5 5l10 10M15 5 5 15',
  check: 'M4 10.5 8 14.5 16 6',
  copy: 'M7 7h9v9H7zM13 7V4H4v9h3',
  down: 'M5.5 8 10 12.5 14.5 8',
  up: 'M5.5 12 10 7.5 14.5 12',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  globe:
    'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm-7-7h14M10 3c2.5 2 3 4.5 3 7s-.5 5-3 7c-2.5-2-3-4.5-3-7s.5-5 3-7Z',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm0-10.5v1.5m0 12v1.5m7.5-7.5H16m-12 0H2.5m12.8-5.3-1 1m-8.6 8.6-1 1m0-10.6 1 1m8.6 8.6 1 1',
  moon: 'M16 12.3A6.7 6.7 0 0 1 7.7 4 6.7 6.7 0 1 0 16 12.3Z',
  person: 'M10 10a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 10 10Zm-6 6.5c.6-2.7 3-4 6-4s5.4 1.3 6 4',
  folder: 'M3 6V4.5h5L9.5 6H17v10H3z',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-11v4.2l2.8 1.8',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-8v5m0-7.5v.1',
  warning: 'M10 3.5 17.5 16.5h-15L10 3.5Zm0 5v4m0 2v.1',
  edit: 'M4 16l.8-3.5 8.7-8.7 2.7 2.7-8.7 8.7L4 16Z',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v5m3-5v5',
  filter: 'M3.5 5h13l-5 6v5l-3-1.5V11z',
  download: 'M10 3.5v9m-3.5-3.5 3.5 3.5 3.5-3.5M4 16h12',
  upload: 'M10 12.5v-9M6.5 7 10 3.5 13.5 7M4 16h12',
  shield: 'M10 3l6 2v4.5c0 3.5-2.5 6-6 7.5-3.5-1.5-6-4-6-7.5V5l6-2Z',
  chart: 'M4 3.5v12.5h12.5M7.5 13V9.5m3.5 3.5V6m3.5 7V8',
  dots: 'M4.5 10h.1m5.4 0h.1m5.4 0h.1',
} as const satisfies Record<string, string>

/** Name of an icon. */
export type IconName = keyof typeof LINES

/** An icon in the colour of the text; it says nothing, the text beside it does. */
export function Icon(props: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      width={props.size ?? 20}
      height={props.size ?? 20}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={LINES[props.name]} />
    </svg>
  )
}

/** The mark of Keyturn: a keyhole, and what turns. */
export function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <g
        fill="none"
        stroke="currentColor"
        stroke-width="3"
        stroke-linecap="round"
        stroke-linejoin="round"
      >
        <path d="M26.4 11.4A11 11 0 1 0 27 19" />
        <path d="M27.6 4.6 26.7 11.5 20 10.4" />
      </g>
      <g fill="currentColor">
        <circle cx="16" cy="14.4" r="3.2" />
        <path d="M14.7 15.5h2.6l1.2 6.2h-5z" />
      </g>
    </svg>
  )
}
