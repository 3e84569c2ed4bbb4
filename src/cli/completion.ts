import { Argument } from 'commander';
import type { Command } from 'commander';
import { examples } from './command-options.js';
import type { Io } from './io.js';

/** `completion`: a script by which a shell completes commands and options. */
export function addCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print a script by which a shell completes commands and options')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'cortex-devo completion bash > /etc/bash_completion.d/cortex-devo',
        'cortex-devo completion fish > ~/.config/fish/completions/cortex-devo.fish',
      ),
    )
    .action((shell: string) => io.print(shell === 'fish' ? fish(program) : bash(program, shell)));
}

/** The words that may follow `command`. */
function wordsOf(command: Command): string[] {
  return [
    ...command.commands.map((each) => each.name()),
    ...command.options.flatMap(({ long }) => (long ? [long] : [])),
    '--help',
  ];
}

/** What was typed, as a pattern of the shell, and the words that may follow. */
function cases(command: Command, typed: readonly string[]): string[] {
  return [
    ...command.commands.flatMap((each) => cases(each, [...typed, each.name()])),
    `    "${[...typed, ''].join(' ')}"*) words="${wordsOf(command).join(' ')}" ;;`,
  ];
}

function bash(program: Command, shell: string): string {
  return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_cortex_devo() {
  local words
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1} " in
${cases(program, []).join('\n').replace('""*)', '*)')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _cortex_devo cortex-devo`;
}

function fish(program: Command): string {
  const of = (command: Command, condition: string): string[] => [
    ...command.commands.map(
      (each) =>
        `complete -c cortex-devo -f -n '${condition}' -a ${each.name()} -d '${each.description().replaceAll("'", '')}'`,
    ),
    ...command.options.flatMap(({ long }) =>
      long ? [`complete -c cortex-devo -n '${condition}' -l ${long.slice(2)}`] : [],
    ),
    ...command.commands.flatMap((each) => of(each, `__fish_seen_subcommand_from ${each.name()}`)),
  ];
  return of(program, '__fish_use_subcommand').join('\n');
}
