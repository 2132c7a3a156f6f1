import { given, parseChoice, requireAll } from '@clew/settings'
import type { Command, LoadedCommand } from '../command.ts'
import { completionScript, shells } from '../completion-script.ts'
import { print } from '../output.ts'
import { readWords } from '../read-words.ts'

/** Knows all the others, of which it makes what a shell completes. */
export function completionCommand(commands: () => Promise<readonly LoadedCommand[]>): Command {
  return {
    usage: `clew completion bash|zsh|fish

Prints a script for the shell. In its start-up file:

  eval "$(clew completion bash)"      # ~/.bashrc
  source <(clew completion zsh)       # ~/.zshrc, behind compinit
  clew completion fish | source       # ~/.config/fish/config.fish
`,
    async run(words) {
      const { positionals } = readWords(words, { command: 'clew completion', options: {}, most: 1 })
      const { shell } = requireAll({ shell: given('<shell>', parseChoice(shells), positionals[0] ?? '') })
      await print(completionScript(shell, await commands()))
      return 0
    },
  }
}
