import { parseArgs } from 'node:util';
import type { FaceOrBox } from '../library/box-list.js';
import { expected, fits, type OptionRule, parseValue, shown } from '../library/detect-options.js';
import { UsageError } from './usage-error.js';

/** A flag of a command: an option of the library, or any text, such as the path of a file. */
export type Flag = (OptionRule | { kind: 'text'; placeholder: string; about: string; default?: never }) & {
  /** One-letter form. */
  short?: string;
};
/** Flags by name in camel case: `minFaceSize` is `--min-face-size` on the command line. */
export type Flags = Readonly<Record<string, Flag>>;

type Value<F> = F extends { kind: 'integer' | 'number' }
  ? number
  : F extends { kind: 'boolean' }
    ? boolean
    : F extends { choices: readonly (infer C)[] }
      ? C
      : F extends { kind: 'boxes' }
        ? FaceOrBox[]
        : string;
/** The flags that were given; others are absent. */
export type Values<F extends Flags> = { [K in keyof F]?: Value<F[K]> };

/** `--min-face-size` of `minFaceSize`. */
export function flagName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function parse(args: readonly string[], flags: Flags) {
  const option = ({ kind, short }: Flag) => ({
    type: kind === 'boolean' ? ('boolean' as const) : ('string' as const),
    ...(short && { short }),
  });
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [flagName(name).slice(2), option(flag)]),
  );
  try {
    return parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      allowNegative: true,
    });
  } catch (error) {
    // Drops Node's advice on passing an unknown option as a file name, which is seldom what was meant.
    const [reason = ''] = (error as Error).message.split(/\. To specify|\n/);
    throw new UsageError(reason);
  }
}

/**
 * Parses the flags and other arguments of a command: `--name VALUE`, `--name=VALUE`, and for booleans `--name` and
 * `--no-name`; nothing after `--` is a flag. Throws UsageError naming the flag and its allowed values.
 */
export function parseFlags<F extends Flags>(args: readonly string[], flags: F): { given: Values<F>; rest: string[] } {
  const { values, positionals } = parse(args, flags);
  const given: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const raw = (values as Record<string, string | boolean | undefined>)[flagName(name).slice(2)];
    if (raw === undefined) continue;
    const value = typeof raw === 'string' && flag.kind !== 'text' ? parseValue(flag, raw) : raw;
    if (flag.kind !== 'text' && !fits(flag, value)) {
      throw new UsageError(`${flagName(name)} must be ${expected(flag)}, got ${shown(raw)}`);
    }
    given[name] = value;
  }
  return { given: given as Values<F>, rest: positionals };
}
