import { type Command, program } from './command.js';
import { type Flag, type Flags, flagName } from './flags.js';

const indent = 30;

/** Wraps text at spaces into lines of at most `width` characters. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string;
    if (last && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

function placeholder(flag: Flag): string {
  switch (flag.kind) {
    case 'boolean':
      return '';
    case 'choice':
      return ` ${flag.choices.join('|')}`;
    case 'text':
      return ` ${flag.placeholder}`;
    case 'boxes':
      return flag.orFaces ? " 'N;X,Y,W,H ...'" : " 'X,Y,W,H;...'";
    default:
      return ' N';
  }
}

/** Replaces option names in backquotes, as the tables use them, by flags. */
function withFlagNames(about: string, flags: Flags): string {
  return about.replace(/`([^`]+)`/g, (_all, name: string) => (Object.hasOwn(flags, name) ? flagName(name) : name));
}

function limits(flag: Flag): string {
  const range = flag.kind === 'integer' || flag.kind === 'number' ? `${flag.min} to ${flag.max}` : '';
  const preset = flag.default === undefined || flag.kind === 'boolean' ? '' : `default ${flag.default}`;
  const both = [range, preset].filter(Boolean).join(', ');
  return both && ` (${both})`;
}

function flagLines(name: string, flag: Flag, all: Flags, width: number): string {
  const isOn = flag.kind === 'boolean' && flag.default;
  const long = isOn ? flagName(name).replace('--', '--no-') : flagName(name);
  const left = `  ${flag.short ? `-${flag.short}, ` : ''}${long}${placeholder(flag)}`;
  const about = `${isOn ? 'do not ' : ''}${withFlagNames(flag.about, all)}${limits(flag)}`;
  const [first = '', ...more] = wrap(about, width - indent);
  const start = left.length < indent - 1 ? left.padEnd(indent) + first : `${left}\n${' '.repeat(indent)}${first}`;
  return [start, ...more.map((line) => ' '.repeat(indent) + line)].join('\n');
}

/** The help of one command, for a terminal of `columns`. */
export function commandHelp(command: Command, columns = 100): string {
  const width = Math.min(Math.max(columns, 60), 100);
  const all = Object.assign({}, ...Object.values(command.flags)) as Flags;
  const paragraphs = command.about.split('\n\n').map((text) => wrap(text.replaceAll('\n', ' '), width).join('\n'));
  const groups = Object.entries(command.flags).map(([title, flags]) => {
    return [`${title}:`, ...Object.entries(flags).map(([name, flag]) => flagLines(name, flag, all, width))].join('\n');
  });
  const examples = command.examples.map(([line, meaning]) => `  # ${meaning}\n  ${program} ${line}`);
  const statuses = Object.entries({ 0: 'done', 1: 'failed', 2: 'wrong usage', ...command.statuses });
  const parts = [
    `${program} ${command.name}: ${command.summary}`,
    ['Usage:', ...command.synopsis.map((line) => `  ${program} ${command.name} ${line}`.trimEnd())].join('\n'),
    ...paragraphs,
    ...groups,
    ...(examples.length > 0 ? [['Examples:', ...examples].join('\n')] : []),
    ['Exit status:', ...statuses.map(([status, meaning]) => `  ${status.padEnd(4)}${meaning}`)].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The text of `--help`: all commands, one per line. */
export function overview(commands: readonly Command[]): string {
  const wide = Math.max(...commands.map(({ name }) => name.length));
  return `${program}: finds faces in images

Usage:
${commands.map(({ name, summary }) => `  ${program} ${name.padEnd(wide)}  ${summary}`).join('\n')}

  ${program} COMMAND --help   its arguments, flags and examples
  ${program} --version

Exit status: 0 done, 1 failed (the reason is on standard error), 2 wrong usage; more in a command's help.
`;
}
