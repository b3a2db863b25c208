import type { CompletedCommand, CompletedFlag, CompletedNoun } from './completion-tables.ts'
import { CONNECTION_FLAGS } from './connection/connection-flags.ts'

/** Flags of the many commands that call a server: scripts are shorter when these stand there once. */
const CONNECTION: readonly string[] = Object.keys(CONNECTION_FLAGS).map((name) => `--${name}`)

/** A script for bash 3.2 or newer. */
export function bashScript(
  nouns: readonly CompletedNoun[],
  commands: readonly CompletedCommand[],
): string {
  const verbs = nouns
    .filter((noun) => noun.verbs.length > 0)
    .map(
      ({ noun, verbs: known }) =>
        `    ${noun}) verbs='${known.map(({ verb }) => verb).join(' ')}' ;;`,
    )
  const shared = CONNECTION.join(' ')
  const flags = commands.map(({ words, flags: known }) => {
    const text = known.map(({ flag }) => flag).join(' ')
    return `    '${words}') flags="${text.replace(shared, '$shared')}" ;;`
  })
  return `# bash completion for keyturn
_keyturn_files() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$1")
}
_keyturn() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local noun=\${COMP_WORDS[1]} second=\${COMP_WORDS[2]} verbs='' flags='' command
  local shared='${shared}'
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${nouns.map(({ noun }) => noun).join(' ')} --help' -- "$cur"))
    return
  fi
  case $noun in
${verbs.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 2 ] && [ -n "$verbs" ] && [ "\${cur#-}" = "$cur" ]; then
    COMPREPLY=($(compgen -W "$verbs" -- "$cur"))
    [ \${#COMPREPLY[@]} -gt 0 ] && return
  fi
  command=$noun
  case " $verbs " in *" $second "*) command="$noun $second" ;; esac
  case "$command $prev" in
${valueCases(commands)
  .map(([pattern, values]) => `    ${pattern}) ${valuesInBash(values)}; return ;;`)
  .join('\n')}
  esac
  case $command in
${flags.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$flags" -- "$cur"))
}
complete -F _keyturn keyturn`
}

/** A script for zsh, with what each thing means. */
export function zshScript(
  nouns: readonly CompletedNoun[],
  commands: readonly CompletedCommand[],
): string {
  const verbs = nouns
    .filter((noun) => noun.verbs.length > 0)
    .map(
      ({ noun, verbs: known }) =>
        `    ${noun}) verbs=(${known.map(({ verb, summary }) => described(verb, summary)).join(' ')}) ;;`,
    )
  const flags = commands.map((command) => {
    const { words } = command
    const own = ownFlags(command)
    const shared = callsServer(command) ? ' $shared' : ''
    return `    '${words}') flags=(${describedAll(own)}${shared}) ;;`
  })
  const shared = commands.find(callsServer)?.flags ?? []
  return `#compdef keyturn
_keyturn() {
  local noun=$words[2] second=$words[3] prev=$words[CURRENT-1] command
  local -a nouns verbs flags shared
  shared=(${describedAll(shared.filter(({ flag }) => CONNECTION.includes(flag)))})
  if (( CURRENT == 2 )); then
    nouns=(${nouns.map(({ noun, summary }) => described(noun, summary)).join(' ')})
    _describe command nouns
    return
  fi
  case $noun in
${verbs.join('\n')}
  esac
  command=$noun
  if (( $#verbs )); then
    if (( CURRENT == 3 )) && [[ $words[CURRENT] != -* ]]; then
      _describe command verbs
      return
    fi
    [[ -n $verbs[(r)$second:*] ]] && command="$noun $second"
  fi
  case "$command $prev" in
${valueCases(commands)
  .map(([pattern, values]) => `    ${pattern}) ${valuesInZsh(values)}; return ;;`)
  .join('\n')}
  esac
  case $command in
${flags.join('\n')}
  esac
  _describe flag flags
}
if [ "$funcstack[1]" = "_keyturn" ]; then
  _keyturn "$@"
else
  compdef _keyturn keyturn
fi`
}

/** A script for fish 3 or newer, with what each thing means. */
export function fishScript(
  nouns: readonly CompletedNoun[],
  commands: readonly CompletedCommand[],
): string {
  const firsts = nouns.map(
    ({ noun, summary }) =>
      `complete -c keyturn -n '__keyturn_at 1' -a ${noun} -d ${inFish(summary)}`,
  )
  const seconds = nouns.flatMap(({ noun, verbs }) =>
    verbs.map(
      ({ verb, summary }) =>
        `complete -c keyturn -n '__keyturn_at 2 ${noun}' -a ${verb} -d ${inFish(summary)}`,
    ),
  )
  const calling = commands.filter(callsServer)
  const flags = commands.flatMap((command) =>
    ownFlags(command).map((one) => flagInFish(`__keyturn_is ${command.words}`, one)),
  )
  const shared = (calling[0]?.flags ?? []).filter(({ flag }) => CONNECTION.includes(flag))
  return `# fish completion for keyturn
function __keyturn_at
  set -l words (commandline -opc)
  test (count $words) -eq $argv[1]; or return 1
  test (count $argv) -lt 2; or test "$words[2]" = "$argv[2]"
end
function __keyturn_is
  set -l words (commandline -opc)
  set -l last (math (count $argv) + 1)
  test (count $words) -ge $last; and test "$words[2..$last]" = "$argv"
end
set -g __keyturn_calling ${calling.map(({ words }) => `'${words}'`).join(' ')}
function __keyturn_calls
  set -l words (commandline -opc)
  test (count $words) -gt 2; and contains -- "$words[2] $words[3]" $__keyturn_calling
end
complete -c keyturn -f
${[...firsts, ...seconds, ...flags].join('\n')}
${shared.map((one) => flagInFish('__keyturn_calls', one)).join('\n')}`
}

type Values = readonly string[] | 'file' | 'anything'

/**
 * Patterns of a command with the flag before the cursor, and what may stand there. A flag that means
 * the same wherever it is has one pattern for all commands.
 */
function valueCases(commands: readonly CompletedCommand[]): readonly (readonly [string, Values])[] {
  const meanings = Map.groupBy(
    commands.flatMap(({ words, flags }) =>
      flags.map(({ flag, values = 'anything' as const }) => ({ words, flag, values })),
    ),
    ({ flag }) => flag,
  )
  const patterns = new Map<string, { readonly values: Values; readonly on: string[] }>()
  for (const [flag, uses] of meanings) {
    const isOne = new Set(uses.map(({ values }) => JSON.stringify(values))).size === 1
    for (const { words, values } of isOne ? uses.slice(0, 1) : uses) {
      if (values === 'nothing') continue
      const key = JSON.stringify(values)
      const known = patterns.get(key) ?? { values, on: [] as string[] }
      known.on.push(isOne ? `*' ${flag}'` : `'${words} ${flag}'`)
      patterns.set(key, known)
    }
  }
  return [...patterns.values()].map(({ values, on }) => [on.join('|'), values])
}

function valuesInBash(values: Values): string {
  if (values === 'anything') return ':'
  if (values === 'file') return '_keyturn_files "$cur"'
  return `COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$cur"))`
}

function valuesInZsh(values: Values): string {
  if (values === 'anything') return '_message value'
  return values === 'file' ? '_files' : `compadd -- ${values.join(' ')}`
}

function flagInFish(condition: string, { flag, help, values }: CompletedFlag): string {
  const takes = values === 'nothing' ? '' : values === 'file' ? ' -r -F' : ' -x'
  const given = Array.isArray(values) ? ` -a '${values.join(' ')}'` : ''
  return `complete -c keyturn -n '${condition}' -l ${flag.slice(2)}${takes}${given} -d ${inFish(help)}`
}

/** Whether a command takes the flags that say where a server is, in the meaning that most give them. */
function callsServer({ words, flags }: CompletedCommand): boolean {
  return words.includes(' ') && CONNECTION.every((name) => flags.some(({ flag }) => flag === name))
}

function ownFlags(command: CompletedCommand): readonly CompletedFlag[] {
  if (!callsServer(command)) return command.flags
  return command.flags.filter(({ flag }) => !CONNECTION.includes(flag))
}

function describedAll(flags: readonly CompletedFlag[]): string {
  return flags.map(({ flag, help }) => described(flag, help)).join(' ')
}

function described(word: string, help: string): string {
  return `'${word}:${help.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`
}

function inFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
