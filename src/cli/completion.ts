import { type Command, program } from './command.js';
import { parseFlags } from './flags.js';
import { UsageError } from './usage-error.js';

const shells = ['bash', 'zsh', 'fish'] as const;

/** The command that prints a completion script for `commands`. A function, because the list includes this command. */
export const completionCommand = (commands: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'print the completion script of a shell',
  synopsis: ['bash|zsh|fish'],
  about: `Prints a script with the commands and flags of this version, for the shell to read when it starts, after ${program} as well as after npx ${program}. If the package is installed globally, put the line of your shell below into its startup file (~/.bashrc, ~/.zshrc after compinit, ~/.config/fish/config.fish).

If you only use npx, save the script, again for each version, and let the startup file read it: npx ${program} completion bash > ~/.${program}.bash, and in ~/.bashrc: source ~/.${program}.bash. In zsh and fish likewise.`,
  flags: {},
  completes: shells,
  examples: [
    ['completion bash', `bash: eval "$(${program} completion bash)"`],
    ['completion zsh', `zsh: eval "$(${program} completion zsh)"`],
    ['completion fish', `fish: ${program} completion fish | source`],
  ],
  async run(args) {
    const [name, ...more] = parseFlags(args, {}).rest;
    const shell = shells.find((known) => known === name);
    if (!shell || more.length > 0) throw new UsageError(`completion needs one of ${shells.join(', ')}`);
    const scripts = await import('./completion/scripts.js');
    process.stdout.write(scripts[shell](commands()));
    return 0;
  },
});
