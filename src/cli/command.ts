import type { Flags } from './flags.js';

/** One command of the command line: its help, its shell completion and what it does come from here. */
export interface Command {
  name: string;
  /** A line in the list of commands; starts in lower case, without a stop. */
  summary: string;
  /** What follows the command's name, a line per form. */
  synopsis: readonly string[];
  /** Paragraphs of its help. */
  about: string;
  /** Its flags under the headings of its help. */
  flags: Readonly<Record<string, Flags>>;
  /** What the shell completes besides flags: files, or one of these words as the first argument. */
  completes: 'files' | readonly string[];
  /** Command lines without the program's name, with what they do. */
  examples: readonly (readonly [line: string, meaning: string])[];
  /** Statuses it may end with besides those of every command. */
  statuses?: Readonly<Record<number, string>>;
  /** Resolves to the exit status. Throws UsageError where the arguments are wrong. */
  run(args: readonly string[]): Promise<number>;
}

/** The name that all of them are called by. */
export const program = 'opencv-face-detector';
