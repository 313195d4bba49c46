import { type Command, program } from '../command.js';
import { type Flag, type Flags, flagName } from '../flags.js';

const identifier = `_${program.replaceAll('-', '_')}`;

interface NamedFlag {
  /** With dashes; for a boolean that is on by default, the form that turns it off. */
  name: string;
  short: string | undefined;
  flag: Flag;
  /** The first words of its help. */
  about: string;
}

function flagsOf(command: Command): NamedFlag[] {
  const all = Object.assign({}, ...Object.values(command.flags)) as Flags;
  const named = Object.entries(all).map(([name, flag]) => {
    const isOn = flag.kind === 'boolean' && flag.default;
    const about = `${isOn ? 'do not ' : ''}${flag.about.replaceAll('`', '')}`.split(/[.;:(]/)[0]?.trimEnd() ?? '';
    return { name: isOn ? flagName(name).replace('--', '--no-') : flagName(name), short: flag.short, flag, about };
  });
  const help: Flag = { kind: 'boolean', default: false, about: 'help' };
  return [...named, { name: '--help', short: 'h', flag: help, about: 'help for this command' }];
}

const choicesOf = ({ flag }: NamedFlag) => (flag.kind === 'choice' ? flag.choices.join(' ') : undefined);
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The bash script; without a proposal, bash completes file names itself. An earlier completion of npx keeps working for
 * other programs.
 */
export function bash(commands: readonly Command[]): string {
  const perCommand = commands.map((command) => {
    const flags = flagsOf(command);
    const choices = flags.flatMap((named) => {
      const words = choicesOf(named);
      return words ? [`      ${named.name}) words='${words}' ;;`] : [];
    });
    const values = flags
      .filter(({ flag }) => flag.kind === 'text')
      .map(({ name, short }) => (short ? `${name}|-${short}` : name));
    if (values.length > 0) choices.push(`      ${values.join('|')}) return ;;`);
    const first = typeof command.completes === 'string' ? '' : command.completes.join(' ');
    return `    ${command.name})
      case $previous in
${choices.map((line) => `  ${line}`).join('\n')}
        *) if [[ $current == -* ]]; then words='${flags.map(({ name }) => name).join(' ')}'; elif ((COMP_CWORD == 2)); then words='${first}'; fi ;;
      esac ;;`;
  });
  return `${identifier}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words=
  if ((COMP_CWORD == 1)); then
    words='${commands.map(({ name }) => name).join(' ')} --help --version'
  else case \${COMP_WORDS[1]} in
${perCommand.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
${identifier}_npx() {
  local at=1
  while [[ \${COMP_WORDS[at]} == -* ]]; do ((at++)); done
  if ((at < COMP_CWORD)) && [[ \${COMP_WORDS[at]} == ${program} ]]; then
    COMP_WORDS=("\${COMP_WORDS[@]:at}")
    ((COMP_CWORD -= at))
    ${identifier}
  elif [[ $${identifier}_npx_before ]]; then
    "$${identifier}_npx_before" "$@"
  elif ((at == COMP_CWORD)); then
    COMPREPLY=($(compgen -W ${program} -- "\${COMP_WORDS[at]}"))
  fi
}
if [[ $(complete -p npx 2> /dev/null) =~ -F\\ ([^ ]+) && \${BASH_REMATCH[1]} != ${identifier}_npx ]]; then
  ${identifier}_npx_before=\${BASH_REMATCH[1]}
fi
complete -o default -o bashdefault -F ${identifier} ${program}
complete -o default -o bashdefault -F ${identifier}_npx npx
`;
}

/**
 * The zsh script, with descriptions of commands and flags. An earlier completion of npx keeps working for other
 * programs.
 */
export function zsh(commands: readonly Command[]): string {
  // In a specification, a colon ends a part, and brackets enclose the description.
  const plain = (text: string) => text.replace(/[\\:[\]]/g, ' ');
  const value = (named: NamedFlag) => {
    if (named.flag.kind === 'boolean') return '';
    if (named.flag.kind === 'choice') return `:value:(${choicesOf(named)})`;
    if (named.flag.kind === 'boxes') return ':boxes:';
    return named.flag.kind === 'text' ? ':file:_files' : ':number:';
  };
  const perCommand = commands.map((command) => {
    const flags = flagsOf(command).flatMap((named) => {
      const end = `[${plain(named.about)}]${value(named)}`;
      return [named.name, ...(named.short ? [`-${named.short}`] : [])].map((name) => quoted(name + end));
    });
    const rest = command.completes === 'files' ? "'*:file:_files'" : quoted(`1:what:(${command.completes.join(' ')})`);
    return `    ${command.name}) _arguments -s ${[...flags, rest].join(' ')} ;;`;
  });
  const list = commands.map(({ name, summary }) => quoted(`${name}:${plain(summary)}`)).join(' ');
  return `#compdef ${program}
${identifier}() {
  local -a commands=(${list})
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${perCommand.join('\n')}
  esac
}
${identifier}_npx() {
  local at=2
  while [[ $words[at] == -* ]]; do ((at++)); done
  if ((at < CURRENT)) && [[ $words[at] == ${program} ]]; then
    shift $((at - 1)) words
    ((CURRENT -= at - 1))
    ${identifier}
  elif [[ -n $${identifier}_npx_before ]]; then
    $${identifier}_npx_before "$@"
  else
    ((at == CURRENT)) && compadd ${program}
    _default
  fi
}
[[ \${_comps[npx]} != ${identifier}_npx ]] && ${identifier}_npx_before=\${_comps[npx]}
compdef ${identifier} ${program}
compdef ${identifier}_npx npx
`;
}

/** The fish script, with descriptions of commands and flags. */
export function fish(commands: readonly Command[]): string {
  const complete = (rest: string) => `complete -c ${program} ${rest}`;
  const value = (named: NamedFlag) => {
    if (named.flag.kind === 'boolean') return '';
    if (named.flag.kind === 'choice') return ` -x -a ${quoted(choicesOf(named) as string)}`;
    return named.flag.kind === 'text' ? ' -r' : ' -x';
  };
  // In fish's quotes a backslash escapes the next character, and no quote can end and begin again.
  const text = (about: string) => `'${about.replace(/['\\]/g, '\\$&')}'`;
  const lines = commands.flatMap((command) => {
    const seen = `-n '__fish_seen_subcommand_from ${command.name}'`;
    const flags = flagsOf(command).map((named) => {
      const short = named.short ? `-s ${named.short} ` : '';
      return complete(`${seen} ${short}-l ${named.name.slice(2)} -d ${text(named.about)}${value(named)}`);
    });
    const rest = command.completes === 'files' ? `${seen} -F` : `${seen} -f -a '${command.completes.join(' ')}'`;
    return [
      complete(`-n __fish_use_subcommand -f -a ${command.name} -d ${text(command.summary)}`),
      complete(rest),
      ...flags,
    ];
  });
  return `${lines.join('\n')}
function _${identifier}_after_npx
  set -l words (commandline -opc)[2..-1]
  while string match -q -- '-*' "$words[1]"
    set -e words[1]
  end
  test "$words[1]" = ${program}; and string escape -- $words
end
complete -c npx -n 'test (count (commandline -opc)) -eq 1' -a ${program}
complete -c npx -f -n '_${identifier}_after_npx > /dev/null' -a '(complete -C (string join " " -- (_${identifier}_after_npx) (commandline -ct)))'
`;
}
