/*
 * What policies say, told a second time: from the documents alone, in other words than the product's, for
 * campaigns that compare the two.
 */

/** What a policy says of a request; `refused`: it is no policy, and nobody has anything by it. */
export type RuledVerdict = 'allow' | 'deny' | 'none' | 'refused'

/** A request as a policy sees it. */
export interface RuledRequest {
  readonly action: string
  readonly resource: string | undefined
  readonly facts: Readonly<Record<string, string | undefined>>
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What an identity policy, as `JSON.parse` gave it, says of a request. */
export function ruledVerdict(document: unknown, request: RuledRequest): RuledVerdict {
  const policy = membersOf(document, ['Version', 'Statement'])
  const statements = policy?.get('Statement')
  if (policy?.get('Version') !== '1.1' || !isList(statements, 64)) return 'refused'
  let [isAllowed, isDenied] = [false, false]
  for (const statement of statements) {
    const applies = ruledStatement(statement, request)
    if (applies === undefined) return 'refused'
    if (!applies) continue
    if (membersOf(statement)?.get('Effect') === 'Deny') isDenied = true
    else isAllowed = true
  }
  if (isDenied) return 'deny'
  return isAllowed ? 'allow' : 'none'
}

/** Whether a statement is about a request; undefined when it is no statement. */
function ruledStatement(statement: unknown, request: RuledRequest): boolean | undefined {
  const members = membersOf(statement, ['Effect', 'Action', 'Resource', 'Condition'])
  const effect = members?.get('Effect')
  if (members === undefined || (effect !== 'Allow' && effect !== 'Deny')) return undefined
  const actions = textsOf(members.get('Action'), isAction)
  const resources = members.has('Resource') ? textsOf(members.get('Resource'), isResource) : ['*']
  const conditions = members.has('Condition')
    ? ruledConditions(members.get('Condition'), request)
    : true
  if (actions === undefined || resources === undefined || conditions === undefined) return undefined
  const isOfResource = resources.some(
    (pattern) =>
      pattern === '*' || (request.resource !== undefined && fits(pattern, request.resource)),
  )
  return actions.some((pattern) => fits(pattern, request.action)) && isOfResource && conditions
}

const FACTS = ['UserId', 'UserName', 'DomainName', 'ProjectName', 'SourceIp', 'CurrentTime']

function ruledConditions(value: unknown, request: RuledRequest): boolean | undefined {
  const operators = membersOf(value)
  if (operators === undefined) return undefined
  let holds = true
  for (const [operator, byKey] of operators) {
    const keys = membersOf(byKey)
    if (keys === undefined || keys.size === 0) return undefined
    for (const [key, raw] of keys) {
      const values = textsOf(raw, (text) => text.length <= 1024)
      const isKnown = [...FACTS, 'SecureTransport'].some((name) => key === `g:${name}`)
      if (values === undefined || !isKnown) return undefined
      const fact =
        key === 'g:CurrentTime' ? new Date(request.now).toISOString() : request.facts[key]
      const answer = ruledCondition(operator, key, fact, values)
      if (answer === undefined) return undefined
      holds &&= answer
    }
  }
  return holds
}

function ruledCondition(
  operator: string,
  key: string,
  fact: string | undefined,
  values: readonly string[],
): boolean | undefined {
  const some = (holds: (value: string, fact: string) => boolean) =>
    fact !== undefined && values.some((value) => holds(value, fact))
  const text = /^String(Not)?(Equals|EqualsIgnoreCase|Like)$/.exec(operator)
  if (text !== null) {
    const [, not, how] = text
    const isOne = some((value, is) => {
      if (how === 'Like') return fits(value, is)
      return how === 'Equals' ? value === is : value.toLowerCase() === is.toLowerCase()
    })
    return not === undefined ? isOne : !isOne
  }
  if (operator === 'StringStartWith')
    return some((value, is) => is.slice(0, value.length) === value)
  if (operator === 'StringEndWith') {
    return some(
      (value, is) => is.length >= value.length && is.slice(is.length - value.length) === value,
    )
  }
  if (operator === 'Bool') {
    const areBool = values.every((value) => ['true', 'false'].includes(value.toLowerCase()))
    if (key !== 'g:SecureTransport' || !areBool) return undefined
    return some((value, is) => value.toLowerCase() === is.toLowerCase())
  }
  const date = /^Date(Less|Greater)Than$/.exec(operator)
  const times = values.map(timeOf)
  if (date === null || key !== 'g:CurrentTime' || times.includes(undefined)) return undefined
  const now = timeOf(fact ?? '') ?? 0
  return times.some((time = 0) => (date[1] === 'Less' ? now < time : now > time))
}

/** Whether a key policy, as its text has it, lets an access point open at a moment; undefined: it is none. */
export function ruledOpening(
  text: string,
  accessPointId: string,
  now: number,
): boolean | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const document = speltOneWay(json, [
    ['version'],
    ['validity_period', 'validityPeriod'],
    ['allowed_access_point', 'allowedAccessPoint'],
    ['allowed_data_security_zone', 'allowedDataSecurityZone'],
  ])
  if (document === undefined) return undefined
  const [version, period, points, zones] = document
  const times = speltOneWay(period ?? {}, [
    ['start_time', 'startTime'],
    ['end_time', 'endTime'],
  ])
  const ids = [points, zones].map((list) => ((list ?? undefined) === undefined ? [] : idsOf(list)))
  if (times === undefined || ids.includes(undefined)) return undefined
  if (![version, ...times].every(isShortText)) return undefined
  const [from, to] = times.map((time) => (time ? (timeOf(String(time)) ?? Number.NaN) : undefined))
  if (Number.isNaN(from) || Number.isNaN(to)) return undefined
  if (from !== undefined && to !== undefined && from >= to) return undefined
  return (
    (from ?? -Infinity) <= now && now < (to ?? Infinity) && ids[0]?.includes(accessPointId) === true
  )
}

/** Values by the first of their names; undefined with a name that is not among them, or with two for one. */
function speltOneWay(
  value: unknown,
  names: readonly (readonly string[])[],
): readonly unknown[] | undefined {
  const members = membersOf(value, names.flat())
  if (members === undefined) return undefined
  if (names.some((spelt) => spelt.every((name) => members.has(name)) && spelt.length > 1))
    return undefined
  return names.map((spelt) => spelt.map((name) => members.get(name)).find((is) => is !== undefined))
}

function idsOf(list: unknown): readonly string[] | undefined {
  if (!Array.isArray(list) || list.length > 100) return undefined
  return list.every((id) => typeof id === 'string' && id.length <= 64) ? list : undefined
}

function isShortText(value: unknown): boolean {
  return (value ?? undefined) === undefined || (typeof value === 'string' && value.length <= 64)
}

/** Members of an object; undefined when it is none, or has others than `known`. */
function membersOf(
  value: unknown,
  known?: readonly string[],
): ReadonlyMap<string, unknown> | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined
  const members = new Map<string, unknown>(Object.entries(value))
  return known === undefined || [...members.keys()].every((name) => known.includes(name))
    ? members
    : undefined
}

function isList(value: unknown, most: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= most
}

function textsOf(value: unknown, isOne: (text: string) => boolean): readonly string[] | undefined {
  const list = typeof value === 'string' ? [value] : value
  if (!isList(list, 128)) return undefined
  return list.every((item): item is string => typeof item === 'string' && isOne(item))
    ? list
    : undefined
}

function isAction(text: string): boolean {
  const parts = text.split(':')
  return (
    text.length <= 128 && parts.length <= 3 && parts.every((part) => /^[\dA-Za-z*]+$/.test(part))
  )
}

function isResource(text: string): boolean {
  return text.length >= 1 && text.length <= 512 && !/[^\dA-Za-z*:/_.-]/.test(text)
}

/** Whether a text has the parts of a pattern between its stars, in order. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false
  let rest = text.slice(first.length, text.length - last.length)
  for (const part of others) {
    const at = rest.indexOf(part)
    if (at < 0) return false
    rest = rest.slice(at + part.length)
  }
  return true
}

/** Milliseconds since 1970 of a time in ISO 8601 with a zone, reckoned by hand; undefined for all else. */
function timeOf(text: string): number | undefined {
  const match =
    /^(\d\d\d\d)-(\d\d)-(\d\d)(T(\d\d):(\d\d)(:(\d\d)(\.(\d{1,9}))?)?(Z|([+-])(\d\d):(\d\d)))?$/.exec(
      text,
    )
  if (match === null) return undefined
  const at = (group: number) => Number(match[group] ?? 0)
  const [year, month, day] = [at(1), at(2), at(3)]
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  if (month < 1 || day < 1 || day > (lengths[month - 1] ?? 0)) return undefined
  if (at(5) > 23 || at(6) > 59 || at(8) > 59 || at(13) > 23 || at(14) > 59) return undefined
  const begin = new Date(0).setUTCFullYear(year, month - 1, day)
  const ms = Number((match[10] ?? '').slice(0, 3).padEnd(3, '0'))
  const offset = (match[12] === '-' ? -1 : 1) * (at(13) * 60 + at(14))
  return begin + ((at(5) * 60 + at(6) - offset) * 60 + at(8)) * 1000 + ms
}
