/** The style sheet of the reference. Colours have a contrast of 4.5 or more, in light and dark. */
export const REFERENCE_STYLE = `:root {
  --paper: #faf8f4; --panel: #ffffff; --ink: #1b2130; --soft: #4a5162; --muted: #656b79;
  --line: #e5e0d6; --faint: #f3efe7; --accent: #85560a; --accent-soft: #f8ecd2;
  --bar: rgb(250 248 244 / 88%);
  --code: #171c28; --code-head: #202738; --code-ink: #e6e9f0; --code-muted: #a3acbf;
  --get: #0a6247; --get-soft: #dcf1e8; --post: #7d5108; --post-soft: #f8e9c9;
  --delete: #a3241b; --delete-soft: #fbe3e0; --head: #4a5162; --head-soft: #e9e8ea;
  --put: #413ea8; --put-soft: #e6e5fa;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --top: 3.75rem;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #10131a; --panel: #161a23; --ink: #eae7e0; --soft: #c3c5cd; --muted: #9aa0ae;
    --line: #2a303d; --faint: #1c212c; --accent: #e6b863; --accent-soft: #2e2615;
    --bar: rgb(16 19 26 / 88%);
    --code: #0b0e14; --code-head: #171c27; --code-ink: #dfe3ec; --code-muted: #98a1b5;
    --get: #6fd3ac; --get-soft: #12302a; --post: #e6b863; --post-soft: #322813;
    --delete: #f2958c; --delete-soft: #3a1a1a; --head: #b7bcc8; --head-soft: #272c37;
    --put: #aeabf5; --put-soft: #24234a;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: calc(var(--top) + 1.25rem); -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 var(--sans); }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
main:focus-visible { outline: none; }
code, pre, var { font-family: var(--mono); font-style: normal; }
code { font-size: 0.875em; }
[hidden] { display: none !important; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 30; padding: 0.5rem 1rem; background: var(--ink); color: var(--paper); border-radius: 0 0 8px 8px; }
.skip:focus { top: 0; }

/* Top */
.top { position: sticky; top: 0; z-index: 20; display: flex; align-items: center; gap: 1rem; height: var(--top); padding: 0 1.5rem; background: var(--bar); backdrop-filter: saturate(1.6) blur(12px); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 0.55rem; color: var(--ink); text-decoration: none; font-weight: 650; font-size: 1.0625rem; letter-spacing: -0.01em; }
.mark { width: 1.75rem; height: 1.75rem; color: var(--accent); }
.version { font: 0.75rem var(--mono); color: var(--muted); border: 1px solid var(--line); border-radius: 99px; padding: 0.1rem 0.55rem; }
.search { position: relative; flex: 1; max-width: 26rem; margin: 0 auto; }
.search input { width: 100%; height: 2.25rem; padding: 0 2.5rem 0 0.9rem; font: 0.9375rem var(--sans); color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 9px; }
.search input::placeholder { color: var(--muted); opacity: 1; }
.search input:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
.search kbd { position: absolute; right: 0.6rem; top: 0.5rem; font: 0.75rem/1.25rem var(--mono); color: var(--muted); border: 1px solid var(--line); border-radius: 4px; padding: 0 0.4rem; pointer-events: none; }
.search input:focus ~ kbd, .search input:not(:placeholder-shown) ~ kbd { display: none; }
.top > .link, .to-contents { font-size: 0.9375rem; color: var(--soft); text-decoration: none; white-space: nowrap; }
.top > .link:hover, .to-contents:hover { color: var(--accent); text-decoration: underline; }
.search[hidden] ~ .document { margin-left: auto; }
.to-contents { display: none; }

/* Columns */
.columns { display: grid; grid-template-columns: 18.5rem minmax(0, 1fr); max-width: 104rem; margin: 0 auto; }
nav { position: sticky; top: var(--top); align-self: start; height: calc(100vh - var(--top)); overflow-y: auto; padding: 1.5rem 0.75rem 3rem 1.5rem; scrollbar-width: thin; overscroll-behavior: contain; font-size: 0.875rem; }
nav .close { display: none; }
nav h2 { margin: 1.4rem 0 0.35rem; font-size: 0.75rem; font-weight: 650; letter-spacing: 0.04em; }
nav h2 a { color: var(--muted); text-decoration: none; padding-left: 0.6rem; }
nav h2 a:hover { color: var(--accent); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; gap: 0.5rem; align-items: baseline; padding: 0.22rem 0.6rem; border-radius: 7px; color: var(--soft); text-decoration: none; line-height: 1.4; }
nav li a:hover { background: var(--faint); color: var(--ink); }
nav li a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600; }
nav .method { flex: none; width: 2.5rem; padding: 0; background: none; font-size: 0.625rem; text-align: left; text-transform: uppercase; }
nav .plain + section h2 { margin-top: 1.1rem; }
nav section + .plain { margin-top: 1.4rem; }
main { min-width: 0; padding: 0 2.5rem 4rem 2rem; border-left: 1px solid var(--line); }

/* Introduction */
.intro { padding: 3.25rem 0 1rem; }
h1 { margin: 0; font-size: clamp(2rem, 1.4rem + 2vw, 2.75rem); line-height: 1.12; letter-spacing: -0.028em; font-weight: 700; }
.lead { margin: 0.7rem 0 2rem; max-width: 40rem; font-size: 1.125rem; color: var(--soft); }
.steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: 1rem; margin: 0; padding: 0; list-style: none; counter-reset: step; }
.steps li { display: flex; flex-direction: column; padding: 1.15rem 1.3rem 1.1rem; background: var(--panel); border: 1px solid var(--line); border-radius: 12px; counter-increment: step; font-size: 0.9375rem; }
.steps h3 { display: flex; align-items: center; gap: 0.6rem; margin: 0 0 0.4rem; font-size: 1rem; }
.steps h3::before { content: counter(step); display: grid; place-items: center; width: 1.5rem; height: 1.5rem; border-radius: 50%; background: var(--accent-soft); color: var(--accent); font-size: 0.8125rem; font-weight: 700; }
.steps p { margin: 0; color: var(--soft); }
.steps p:last-child { margin-top: auto; padding-top: 0.7rem; }
.steps p:nth-child(3) code { color: var(--accent); }

/* Operations */
.group > h2 { margin: 3.5rem 0 0; padding-bottom: 0.6rem; font-size: 1.5rem; letter-spacing: -0.02em; line-height: 1.2; }
.operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 27rem); gap: 0 2.5rem; padding: 2.25rem 0 2.5rem; border-top: 1px solid var(--line); }
.operation:target h3 a { color: var(--accent); }
.operation h3 { margin: 0; font-size: 1.25rem; line-height: 1.3; letter-spacing: -0.012em; overflow-wrap: anywhere; }
.operation h3 a { color: inherit; text-decoration: none; }
.operation h3 a:hover::after { content: " #"; color: var(--accent); }
.summary { margin: 0.2rem 0 1rem; color: var(--soft); }
.route { display: flex; align-items: baseline; gap: 0.7rem; margin: 0 0 1rem; padding: 0.5rem 0.8rem; background: var(--panel); border: 1px solid var(--line); border-radius: 9px; }
.route code { overflow-wrap: anywhere; line-height: 1.55; }
.route var { color: var(--accent); }
.method { font: 700 0.6875rem/1.5 var(--mono); letter-spacing: 0.04em; padding: 0.1rem 0.45rem; border-radius: 5px; color: var(--head); background: var(--head-soft); }
.method.get { color: var(--get); background: var(--get-soft); }
.method.post { color: var(--post); background: var(--post-soft); }
.method.put { color: var(--put); background: var(--put-soft); }
.method.delete { color: var(--delete); background: var(--delete-soft); }
nav .method.get, nav .method.post, nav .method.put, nav .method.delete, nav .method.head { background: none; }
.facts { display: grid; gap: 0.15rem; margin: 0 0 1.5rem; font-size: 0.9375rem; }
.facts div { display: flex; gap: 0.75rem; }
.facts dt { flex: none; width: 7.5rem; color: var(--muted); }
.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.permission, .ours { color: var(--accent); }

/* Tables */
table { width: 100%; border-collapse: collapse; margin: 0 0 1.6rem; font-size: 0.875rem; line-height: 1.5; }
caption, .operation h4 { text-align: left; margin: 0; padding: 0 0 0.4rem; font-size: 0.9375rem; font-weight: 650; line-height: 1.5; color: var(--ink); }
thead th { text-align: left; font-size: 0.75rem; font-weight: 500; color: var(--muted); padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line); }
tbody th, tbody td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem 0.5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
tr > :last-child { padding-right: 0; }
.fields { table-layout: fixed; }
.fields thead th:nth-child(1) { width: 32%; }
.fields thead th:nth-child(2) { width: 16%; }
.fields thead th:nth-child(3) { width: 5.25rem; }
.fields tbody th code { color: var(--ink); font-weight: 600; }
.place { color: var(--muted); font-size: 0.75rem; }
.type { color: var(--soft); }
.need { color: var(--accent); font-weight: 600; font-size: 0.8125rem; white-space: nowrap; }
.may, .none { color: var(--muted); font-size: 0.8125rem; }
.limits p { margin: 0; color: var(--soft); }
.limits p + p { margin-top: 0.25rem; }
.limits code { font-size: 0.78125rem; }
.values { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.values code { padding: 0 0.35rem; background: var(--faint); border: 1px solid var(--line); border-radius: 5px; color: var(--ink); }
.pattern { color: var(--soft); }
.depth-1 th { padding-left: 1.1rem; } .depth-2 th { padding-left: 2.2rem; } .depth-3 th { padding-left: 3.3rem; } .depth-4 th { padding-left: 4.4rem; } .depth-5 th { padding-left: 5.5rem; }
.fields tbody tr:not(.depth-0) th { position: relative; }
.fields tbody tr:not(.depth-0) th code::before { content: "└ "; color: var(--muted); font-weight: 400; }
.faults th:nth-child(1) { width: 3.75rem; }
.faults th:nth-child(2) { width: 7.25rem; }
.faults td:nth-child(1) { color: var(--muted); font-variant-numeric: tabular-nums; }
.faults td:nth-child(2) code { font-weight: 600; }
.other { display: block; color: var(--muted); }
.flat { display: block; color: var(--muted); font-size: 0.75rem; }
.group > h2 + p { max-width: 48rem; color: var(--soft); }
.common { margin: -0.6rem 0 0; font-size: 0.8125rem; color: var(--muted); line-height: 1.9; }
h4 + .common { margin-top: 0; }
.common a { text-decoration: none; margin-right: 0.15rem; color: var(--soft); }
.common a:hover { color: var(--accent); text-decoration: underline; }
.nothing { margin: 0 0 1.6rem; color: var(--soft); font-size: 0.9375rem; }
.nothing-found { margin: 2rem 0; padding: 1.25rem; border: 1px dashed var(--line); border-radius: 12px; color: var(--soft); text-align: center; }

/* Code */
.shown { display: flex; flex-direction: column; gap: 1rem; position: sticky; top: calc(var(--top) + 1.25rem); align-self: start; }
.code { margin: 0; background: var(--code); color: var(--code-ink); border-radius: 11px; overflow: hidden; border: 1px solid var(--code-head); }
.code figcaption { display: flex; align-items: center; gap: 0.6rem; padding: 0.4rem 0.5rem 0.4rem 1rem; min-height: 2.4rem; background: var(--code-head); color: var(--code-ink); font-size: 0.8125rem; }
.kind { font: 0.6875rem var(--mono); color: var(--code-muted); }
.code button { margin-left: auto; padding: 0.2rem 0.65rem; font: 0.75rem/1.4 var(--sans); color: var(--code-ink); background: transparent; border: 1px solid rgb(255 255 255 / 22%); border-radius: 6px; cursor: pointer; }
.code button:hover { background: rgb(255 255 255 / 10%); }
.code pre { margin: 0; padding: 0.85rem 1rem 1rem; overflow: auto; max-height: 26rem; font-size: 0.8125rem; line-height: 1.6; scrollbar-width: thin; scrollbar-color: var(--code-muted) transparent; tab-size: 2; }
.code pre code { font-size: inherit; }
.wrapped code { white-space: pre-wrap; overflow-wrap: anywhere; }
.code :focus-visible { outline-color: #e6b863; outline-offset: -3px; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.8125rem; }

@media (max-width: 90rem) {
  .columns { grid-template-columns: 16.5rem minmax(0, 1fr); }
  nav { padding-left: 0.9rem; }
  main { padding: 0 1.75rem 4rem; }
  .operation { grid-template-columns: minmax(0, 1fr) minmax(0, 24.5rem); gap: 0 2rem; }
}
/* Narrower: examples below what is told */
@media (max-width: 76rem) {
  .operation { grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
  .shown { position: static; }
}
/* A phone: contents over everything, tables as blocks */
@media (max-width: 52rem) {
  .columns { display: block; }
  .top { gap: 0.75rem; padding: 0 1rem; }
  .version, .document, .search kbd { display: none; }
  .search input { padding-right: 0.75rem; }
  .to-contents { display: block; }
  .search[hidden] ~ .to-contents { margin-left: auto; }
  main { padding: 0 1rem 3rem; border: 0; }
  .intro { padding-top: 2rem; }
  nav { display: none; position: fixed; inset: var(--top) 0 0; z-index: 15; align-self: stretch; height: auto; padding: 1rem 1rem 3rem; background: var(--paper); font-size: 1rem; }
  nav:target { display: block; }
  nav .close { display: block; position: sticky; top: -1rem; z-index: 1; padding: 0.5rem 0.6rem; background: var(--paper); }
  nav li a { padding: 0.45rem 0.6rem; }
  .facts dt { width: 7rem; }
}
@media (max-width: 40rem) {
  .brand span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .fields, .fields tbody, .fields caption { display: block; }
  .fields thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  .fields tbody { border-top: 1px solid var(--line); }
  .fields tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 0.75rem; padding: 0.6rem 0; border-bottom: 1px solid var(--line); }
  .fields tbody th, .fields tbody td { display: block; border: 0; padding: 0; width: auto; }
  .fields tbody td:nth-child(2) { grid-column: 1 / -1; grid-row: 2; font-size: 0.8125rem; }
  .fields tbody td:nth-child(3) { grid-row: 1; grid-column: 2; }
  .fields tbody td:nth-child(4) { grid-column: 1 / -1; }
  .none { display: none; }
  .depth-1 { margin-left: 1rem; } .depth-2 { margin-left: 2rem; } .depth-3 { margin-left: 3rem; } .depth-4 { margin-left: 4rem; } .depth-5 { margin-left: 5rem; }
  .fields tbody tr:not(.depth-0) th { padding-left: 0; }
  .faults th:nth-child(1) { width: 3rem; }
  .faults th:nth-child(2) { width: 6.5rem; }
}
@media print {
  .top, nav, .code button { display: none; }
  .columns { display: block; }
  main { border: 0; padding: 0; }
  .operation { display: block; break-inside: avoid-page; }
  .code pre { max-height: none; white-space: pre-wrap; }
}
@media (forced-colors: active) { .method, nav li a[aria-current] { border: 1px solid; } }
`
