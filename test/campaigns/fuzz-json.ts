import { anyJson, mutateText } from './fuzz-inputs.ts'
import type { Chance } from './seeded-chance.ts'

/** Names that mean something to JavaScript, and names that look like others. */
const NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '0', 'length'],
  ...[
    'Ｅffect',
    'Αction',
    'Effect\u0000',
    'Effect ',
    'effect',
    'ACTION',
    'Resourсe',
    '\u202eEffect',
  ],
]
/** Deep enough for a reader that calls itself, not too deep for `JSON.stringify`. */
const MAX_DEPTH = 1500
const MAX_COPIES = 300
/** So many parts a value may have besides, in copies. */
const MAX_PARTS = 4000

type Holder = Record<string, unknown>

/**
 * A JSON value with something wrong in one to three places: a part left out, put in, doubled many times,
 * renamed, nested deeply, exchanged for another or for anything at all. What is given stays as it is.
 */
export function mutateJson(chance: Chance, good: unknown, words: readonly string[]): unknown {
  const root = { all: structuredClone(good) }
  for (let left = 1 + chance.below(3); left > 0; left--) {
    if (placesIn(root).length > MAX_PARTS / 4) break // large enough
    mutateOnce(chance, root, words)
  }
  return root.all ?? null
}

function mutateOnce(chance: Chance, root: Holder, words: readonly string[]): void {
  const places = placesIn(root)
  const { holder, name } = chance.pick(places)
  const value = holder[name]
  switch (chance.below(9)) {
    case 0:
      remove(holder, name)
      return
    case 1:
      holder[name] = anyJson(chance, words)
      return
    case 2:
      holder[name] = nested(chance, value)
      return
    case 3:
      holder[name] = copies(chance, value)
      return
    case 4: {
      const other = chance.pick(places)
      holder[name] = structuredClone(other.holder[other.name])
      return
    }
    case 5:
      holder[name] = chance.pick([null, [], {}, '', 0, true])
      return
    case 6:
      if (typeof value === 'string') holder[name] = mutateText(chance, value)
      return
    case 7:
      if (isHolder(value) && !Array.isArray(value))
        define(value, chance.pick([...NAMES, ...words]), anyJson(chance, words))
      return
    default:
      if (Array.isArray(holder)) return
      remove(holder, name)
      define(holder, chance.oneIn(2) ? mutateText(chance, name) : chance.pick(NAMES), value)
  }
}

function placesIn(root: Holder): readonly { readonly holder: Holder; readonly name: string }[] {
  const places = [{ holder: root, name: 'all' }]
  for (const { holder, name } of places) {
    const value = holder[name]
    if (!isHolder(value) || places.length > MAX_PARTS) continue
    for (const inner of Object.keys(value)) places.push({ holder: value, name: inner })
  }
  return places
}

function copies(chance: Chance, value: unknown): unknown {
  const most = Math.min(MAX_COPIES, MAX_PARTS / placesIn({ value }).length)
  return Array.from({ length: 1 + chance.below(most) }, () => structuredClone(value))
}

function nested(chance: Chance, value: unknown): unknown {
  let all = value
  const isList = chance.oneIn(2)
  for (let left = 1 + chance.below(chance.oneIn(4) ? MAX_DEPTH : 4); left > 0; left--) {
    all = isList ? [all] : { Statement: all }
  }
  return all
}

function remove(holder: Holder, name: string): void {
  if (Array.isArray(holder)) holder.splice(Number(name), 1)
  else delete holder[name]
}

/** As `JSON.parse` does: a member of its own, whatever it is called. */
function define(holder: Holder, name: string, value: unknown): void {
  Object.defineProperty(holder, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null
}
