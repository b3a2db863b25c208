import type { EpochMs } from './time.ts'

/** A condition operator that a policy may use, with the meaning the vendor's IAM gives it. */
export type ConditionOperator =
  | 'StringEquals'
  | 'StringNotEquals'
  | 'StringEqualsIgnoreCase'
  | 'StringNotEqualsIgnoreCase'
  | 'StringLike'
  | 'StringNotLike'
  | 'StringStartWith'
  | 'StringEndWith'
  | 'DateLessThan'
  | 'DateGreaterThan'
  | 'Bool'

/** A fact about a request that a condition may ask for. */
export type ConditionKey =
  | 'g:UserId'
  | 'g:UserName'
  | 'g:DomainName'
  | 'g:ProjectName'
  | 'g:SourceIp'
  | 'g:CurrentTime'
  | 'g:SecureTransport'

/** One condition: the values are alternatives, several conditions must all hold. */
export interface Condition {
  readonly operator: ConditionOperator
  readonly key: ConditionKey
  readonly values: readonly string[]
}

/** One statement of a policy document. */
export interface Statement {
  readonly effect: 'allow' | 'deny'
  /** Patterns `service:type:operation`, with `*` for any text. */
  readonly actions: readonly string[]
  /** Patterns `kms:region:tenant:KeyId:id`, with `*` for any text; none means every resource. */
  readonly resources: readonly string[]
  readonly conditions: readonly Condition[]
}

/** The statements that hold for a caller, ready to be asked. */
export interface Rights {
  /** What the statements say of an action on every resource, whatever the request is like. */
  readonly verdictOf: (action: string) => Verdict
  readonly statements: readonly Statement[]
}

/** `depends`: on the resource or the request, so the statements have to be read. */
export type Verdict = 'allow' | 'deny' | 'none' | 'depends'

/** What is known of a request when a right is asked for. */
export interface RightsRequest {
  readonly action: string
  /** `kms:region:tenant:KeyId:id`; undefined where the operation is about no single key. */
  readonly resource: string | undefined
  readonly facts: Readonly<Partial<Record<ConditionKey, string>>>
  readonly now: EpochMs
}

/** Rights from statements. Verdicts are remembered, for the same few actions are asked again. */
export function rightsOf(statements: readonly Statement[]): Rights {
  const verdicts = new Map<string, Verdict>()
  return {
    statements,
    verdictOf(action) {
      const known = verdicts.get(action)
      if (known !== undefined) return known
      const verdict = judgeEverywhere(statements, action)
      verdicts.set(action, verdict)
      return verdict
    },
  }
}

/** No rights at all. */
export const NO_RIGHTS: Rights = rightsOf([])

/**
 * What the statements say of a request: an explicit deny wins, then any allow; `none` leaves it to
 * grants. Source: the vendor's IAM, "Policy evaluation".
 */
export function judge(rights: Rights, request: RightsRequest): Exclude<Verdict, 'depends'> {
  const verdict = rights.verdictOf(request.action)
  if (verdict !== 'depends') return verdict
  let result: 'allow' | 'none' = 'none'
  for (const statement of rights.statements) {
    if (!matchesAny(statement.actions, request.action)) continue
    if (!coversResource(statement, request.resource)) continue
    if (!conditionsHold(statement, request)) continue
    if (statement.effect === 'deny') return 'deny'
    result = 'allow'
  }
  return result
}

/** Whether the statements allow a request. */
export function isAllowed(rights: Rights, request: RightsRequest): boolean {
  return judge(rights, request) === 'allow'
}

function judgeEverywhere(statements: readonly Statement[], action: string): Verdict {
  let verdict: Verdict = 'none'
  for (const statement of statements) {
    if (!matchesAny(statement.actions, action)) continue
    const everywhere = coversAll(statement) && statement.conditions.length === 0
    if (!everywhere) {
      verdict = 'depends'
    } else if (statement.effect === 'deny') {
      return 'deny'
    } else if (verdict === 'none') {
      verdict = 'allow'
    }
  }
  return verdict
}

function coversAll(statement: Statement): boolean {
  return statement.resources.length === 0 || statement.resources.includes('*')
}

/**
 * A statement about single keys says nothing of an operation that is about no key, when it allows;
 * when it denies, such an operation stays as it was.
 */
function coversResource(statement: Statement, resource: string | undefined): boolean {
  if (coversAll(statement)) return true
  return resource !== undefined && matchesAny(statement.resources, resource)
}

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, text))
}

/**
 * Whether `text` matches `pattern`, in which `*` stands for any text, also none.
 * Takes time proportional to the product of the lengths, whatever the pattern.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (pattern[p] === text[t]) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function conditionsHold(statement: Statement, request: RightsRequest): boolean {
  return statement.conditions.every((condition) => conditionHolds(condition, request))
}

function conditionHolds(condition: Condition, request: RightsRequest): boolean {
  const { operator, key, values } = condition
  const fact = key === 'g:CurrentTime' ? new Date(request.now).toISOString() : request.facts[key]
  const negative = operator.includes('Not')
  if (fact === undefined) return negative
  const anyHolds = values.some((value) => compare(operator, fact, value))
  return negative ? !anyHolds : anyHolds
}

/** Compares as the positive twin of `operator` does; the caller turns the negative ones round. */
function compare(operator: ConditionOperator, fact: string, value: string): boolean {
  switch (operator) {
    case 'StringEquals':
    case 'StringNotEquals':
      return fact === value
    case 'StringEqualsIgnoreCase':
    case 'StringNotEqualsIgnoreCase':
    case 'Bool':
      return fact.toLowerCase() === value.toLowerCase()
    case 'StringLike':
    case 'StringNotLike':
      return matchesPattern(value, fact)
    case 'StringStartWith':
      return fact.startsWith(value)
    case 'StringEndWith':
      return fact.endsWith(value)
    case 'DateLessThan':
      return Date.parse(fact) < Date.parse(value)
    case 'DateGreaterThan':
      return Date.parse(fact) > Date.parse(value)
    default:
      throw operator satisfies never
  }
}
