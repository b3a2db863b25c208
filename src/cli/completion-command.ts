import { type Command, type CommandEntry, EXIT } from './command.ts'
import { helpWordsIn } from './help-words.ts'
import { languageOf } from './language.ts'
import { mistake } from './mistakes.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const HELP = `Usage: keyturn completion ${SHELLS.join('|')}

Prints a script that lets the shell complete commands, flags and their values.

  bash   keyturn completion bash > ~/.local/share/bash-completion/completions/keyturn
  zsh    keyturn completion zsh > ~/.zfunc/_keyturn      (a folder of $fpath, before compinit)
  fish   keyturn completion fish > ~/.config/fish/completions/keyturn.fish`

/** Prints a script for a shell that completes `commands`. */
export const completionCommand = (commands: readonly CommandEntry[]): Command => ({
  help: () => HELP,
  async run(args, io) {
    const [shell, ...more] = args
    if (more.length > 0) throw mistake('one-shell', {})
    const language = languageOf(io.environment)
    const { completedCommands, completedNouns } = await import('./completion-tables.ts')
    const scripts = await import('./completion-scripts.ts')
    const nouns = completedNouns(commands, await helpWordsIn(language))
    switch (shell) {
      case 'bash':
        io.print(scripts.bashScript(nouns, await completedCommands(commands, language)))
        return EXIT.ok
      case 'zsh':
        io.print(scripts.zshScript(nouns, await completedCommands(commands, language)))
        return EXIT.ok
      case 'fish':
        io.print(scripts.fishScript(nouns, await completedCommands(commands, language)))
        return EXIT.ok
      default:
        throw mistake('shell-missing', { shells: SHELLS.join(', ') })
    }
  },
})
