import type { Flags } from './flags.js';

/** One command: its help, its shell completion and what it does are defined here. */
export interface Command {
  name: string;
  /** A line in the list of commands; starts in lower case, without a full stop. */
  summary: string;
  /** What follows the command's name, a line per form. */
  synopsis: readonly string[];
  /** Paragraphs of its help. */
  about: string;
  /** Its flags, under the headings of its help. */
  flags: Readonly<Record<string, Flags>>;
  /** What the shell completes besides flags: files, or one of these words as the first argument. */
  completes: 'files' | readonly string[];
  /** Command lines without the program's name, with what they do. */
  examples: readonly (readonly [line: string, meaning: string])[];
  /** Exit statuses besides those of every command. */
  statuses?: Readonly<Record<number, string>>;
  /** Resolves to the exit status. Throws UsageError if the arguments are wrong. */
  run(args: readonly string[]): Promise<number>;
}

/** The program's name. */
export const program = 'opencv-face-detector';
