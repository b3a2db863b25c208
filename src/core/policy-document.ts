import type { Condition, ConditionKey, ConditionOperator, Statement } from './policy.ts'
import { parseIsoTime } from './time.ts'

const OPERATORS: readonly string[] = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'StringStartWith',
  'StringEndWith',
  'DateLessThan',
  'DateGreaterThan',
  'Bool',
] satisfies ConditionOperator[]

const CONDITION_KEYS: readonly string[] = [
  'g:UserId',
  'g:UserName',
  'g:DomainName',
  'g:ProjectName',
  'g:SourceIp',
  'g:CurrentTime',
  'g:SecureTransport',
] satisfies ConditionKey[]

const ACTION = /^[a-zA-Z0-9*]+(:[a-zA-Z0-9*]+){0,2}$/
const RESOURCE = /^[a-zA-Z0-9*:/_.-]{1,512}$/
const MAX_ENTRIES = 128
const MAX_ACTION_LETTERS = 128
const MAX_VALUE_LETTERS = 1024

/** A policy document that was understood whole, or the reason why it was not. */
export type ParsedPolicy =
  | { readonly statements: readonly Statement[] }
  | { readonly problem: string }

/**
 * Reads a policy in the vendor's JSON form, Version 1.1. What is not understood is refused, never
 * skipped: a deny that silently says nothing would be worse than none.
 *
 * Source: the vendor's IAM user guide, "Policy syntax: fine-grained policies".
 */
export function parsePolicyDocument(document: unknown): ParsedPolicy {
  if (!isRecord(document)) return problem('a policy is a JSON object')
  for (const name of Object.keys(document)) {
    if (!['Version', 'Statement'].includes(name)) return problem(`unknown part ${name}`)
  }
  if (document['Version'] !== '1.1') return problem('Version must be "1.1"')
  const list = document['Statement']
  if (!Array.isArray(list) || list.length === 0 || list.length > 64) {
    return problem('Statement must be a list of 1 to 64 statements')
  }
  const statements: Statement[] = []
  for (const [index, entry] of list.entries()) {
    const statement = parseStatement(entry)
    if (typeof statement === 'string') return problem(`Statement ${index + 1}: ${statement}`)
    statements.push(statement)
  }
  return { statements }
}

function parseStatement(entry: unknown): Statement | string {
  if (!isRecord(entry)) return 'is not an object'
  for (const name of Object.keys(entry)) {
    if (!['Effect', 'Action', 'Resource', 'Condition'].includes(name)) return `unknown part ${name}`
  }
  const effect = entry['Effect']
  if (effect !== 'Allow' && effect !== 'Deny') return 'Effect must be Allow or Deny'
  const actions = parsePatterns(entry['Action'], ACTION)
  const areShort = actions?.every((action) => action.length <= MAX_ACTION_LETTERS)
  if (actions === undefined || areShort !== true) return 'Action must be a list of actions'
  // Left out, it is every resource; a list of none, as a program may make, is not that.
  const resources = 'Resource' in entry ? parsePatterns(entry['Resource'], RESOURCE) : []
  if (resources === undefined) return 'Resource must be a list of resource patterns'
  const conditions = 'Condition' in entry ? parseConditions(entry['Condition']) : []
  if (typeof conditions === 'string') return conditions
  return { effect: effect === 'Allow' ? 'allow' : 'deny', actions, resources, conditions }
}

function parsePatterns(value: unknown, form: RegExp): readonly string[] | undefined {
  const list = typeof value === 'string' ? [value] : value
  if (!isFilledList(list)) return undefined
  return list.every((item): item is string => typeof item === 'string' && form.test(item))
    ? list
    : undefined
}

function parseConditions(value: unknown): readonly Condition[] | string {
  if (!isRecord(value)) return 'Condition must be an object'
  const conditions: Condition[] = []
  for (const [operator, byKey] of Object.entries(value)) {
    if (!OPERATORS.includes(operator)) return `unknown condition operator ${operator}`
    if (!isRecord(byKey)) return `${operator} must hold an object`
    if (Object.keys(byKey).length === 0) return `${operator} must hold a condition key`
    for (const [key, raw] of Object.entries(byKey)) {
      if (!CONDITION_KEYS.includes(key)) return `unknown condition key ${key}`
      const values = typeof raw === 'string' ? [raw] : raw
      if (!isFilledList(values) || !values.every(isValue)) {
        return `${key} must hold text or a list of text`
      }
      const condition: Condition = {
        operator: operator as ConditionOperator, // is in OPERATORS
        key: key as ConditionKey, // is in CONDITION_KEYS
        values,
      }
      const senseless = problemOfSense(condition)
      if (senseless !== undefined) return senseless
      conditions.push(condition)
    }
  }
  return conditions
}

/** A comparison that never holds, whatever the request is like, would make a deny say nothing. */
function problemOfSense({ operator, key, values }: Condition): string | undefined {
  if (operator === 'Bool') {
    const isBool =
      key === 'g:SecureTransport' && values.every((value) => /^(true|false)$/i.test(value))
    return isBool ? undefined : 'Bool compares g:SecureTransport with true or false'
  }
  if (operator === 'DateLessThan' || operator === 'DateGreaterThan') {
    const isDate =
      key === 'g:CurrentTime' && values.every((value) => parseIsoTime(value) !== undefined)
    return isDate ? undefined : `${operator} compares g:CurrentTime with times in ISO 8601`
  }
  return undefined
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MAX_ENTRIES
}

function isValue(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_VALUE_LETTERS
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function problem(text: string): ParsedPolicy {
  return { problem: text }
}
