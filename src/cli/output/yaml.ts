/** Text that YAML reads as that text without quotes: it begins with letters and holds no sign. */
const PLAIN = /^[A-Za-z_]{2}[A-Za-z0-9_./-]*$/
/** Words that readers of YAML 1.1 or 1.2 take for something else than text. */
const WORDS = /^(?:true|false|yes|no|on|off|null|y|n)$/i

/**
 * A JSON value as YAML. Text that could be taken for anything else stands in the quotes of JSON, which
 * YAML reads alike. Source: YAML 1.2.2 §1.3.
 */
export function toYaml(value: unknown): string {
  return `${block(value, '').replace(/^\n/, '')}`
}

function block(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    return value.map((item) => `\n${indent}- ${inItem(item, `${indent}  `)}`).join('')
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    if (members.length === 0) return '{}'
    return members
      .map(([name, member]) => `\n${indent}${scalar(name)}:${after(member, indent)}`)
      .join('')
  }
  return scalar(value)
}

/** What follows a colon: on the same line, or below and deeper. */
function after(value: unknown, indent: string): string {
  const text = block(value, `${indent}  `)
  return text.startsWith('\n') ? text : ` ${text}`
}

/** What follows a dash: the first line beside it. */
function inItem(value: unknown, indent: string): string {
  const text = block(value, indent)
  return text.startsWith('\n') ? text.slice(1 + indent.length) : text
}

function scalar(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value) && !WORDS.test(value)) return value
  return JSON.stringify(value) ?? 'null'
}
