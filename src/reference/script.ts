/**
 * The script of the reference: filters operations, marks where one is, copies examples. It makes no
 * requests and puts nothing into the page but text.
 */
export const REFERENCE_SCRIPT = String.raw`'use strict'
const body = document.body
const articles = [...document.querySelectorAll('.operation')]
const links = new Map(
  [...document.querySelectorAll('nav li[data-for]')].map((item) => [item.dataset.for, item]),
)

// Examples go to the server that this page is from.
for (const code of document.querySelectorAll('.code code')) {
  if (code.textContent.includes(body.dataset.origin)) {
    code.textContent = code.textContent.replaceAll(body.dataset.origin, location.origin)
  }
}

// Filter
const form = document.querySelector('.search')
const input = document.querySelector('#filter')
const found = document.querySelector('#found')
const nothing = document.querySelector('#nothing-found')
form.hidden = false

function filter() {
  const wanted = input.value.toLowerCase().split(/\s+/).filter((word) => word !== '')
  let count = 0
  for (const article of articles) {
    const fits = wanted.every((word) => article.dataset.find.includes(word))
    article.hidden = !fits
    const item = links.get(article.id)
    if (item) item.hidden = !fits
    if (fits) count += 1
  }
  for (const group of document.querySelectorAll('.group')) {
    const members = [...group.querySelectorAll('.operation')]
    if (members.length === 0) continue
    group.hidden = members.every((member) => member.hidden)
    const listed = document.querySelector('nav section[data-group="' + group.id + '"]')
    if (listed) listed.hidden = group.hidden
  }
  document.querySelector('#start').hidden = wanted.length > 0
  nothing.hidden = count > 0
  found.textContent =
    wanted.length === 0
      ? ''
      : body.dataset.found.replace('{count}', count).replace('{all}', articles.length)
}

input.addEventListener('input', () => {
  filter()
  if (input.value !== '') scrollTo({ top: 0, behavior: 'instant' })
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  const first = articles.find((article) => !article.hidden)
  if (first) location.hash = first.id
})
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault()
    input.focus()
  }
  if (event.key === 'Escape' && isTyping) {
    input.value = ''
    filter()
    input.blur()
  }
})
// A link to what the filter hides shows everything again.
addEventListener('hashchange', () => {
  const target = document.getElementById(location.hash.slice(1))
  if (target && target.closest('[hidden]')) {
    input.value = ''
    filter()
    target.scrollIntoView()
  }
})
// Browsers keep what was typed over a reload.
if (input.value !== '') filter()

// Copy
if (navigator.clipboard) {
  for (const figure of document.querySelectorAll('.code')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = body.dataset.copy
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(figure.querySelector('code').textContent)
      button.textContent = body.dataset.copied
      setTimeout(() => {
        button.textContent = body.dataset.copy
      }, 1500)
    })
    figure.querySelector('figcaption').append(button)
  }
}

// Where one is
let current
function mark(id) {
  if (id === current) return
  links.get(current)?.firstElementChild.removeAttribute('aria-current')
  current = id
  const link = links.get(id)?.firstElementChild
  if (!link) return
  link.setAttribute('aria-current', 'true')
  const list = document.querySelector('nav')
  const at = link.getBoundingClientRect()
  const frame = list.getBoundingClientRect()
  if (at.top < frame.top + 40) list.scrollTop += at.top - frame.top - 80
  else if (at.bottom > frame.bottom - 40) list.scrollTop += at.bottom - frame.bottom + 80
}
const visible = new Set()
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) visible.add(target)
      else visible.delete(target)
    }
    mark(articles.find((article) => visible.has(article))?.id)
  },
  { rootMargin: '-112px 0px -60% 0px' },
)
for (const article of articles) watcher.observe(article)
`
