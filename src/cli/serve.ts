import { type Setting, settings } from '../service/config.js';
import type { Command } from './command.js';
import { type Flag, type Flags, flagName, parseFlags } from './flags.js';
import { UsageError } from './usage-error.js';

const table: Readonly<Record<string, Setting<unknown>>> = settings;

/** A setting of the service as a flag; its text is parsed like that of the variable. */
function settingFlag({ variable, fallback, shownDefault, about }: Setting<unknown>): Flag {
  const preset = shownDefault ?? String(fallback());
  if (typeof fallback() === 'boolean') return { kind: 'boolean', default: false, about: `${about} (${variable})` };
  return { kind: 'text', placeholder: 'VALUE', about: `${about} (${variable}, default ${preset})` };
}

/** The settings with these keys as flags, by the same keys. */
export function settingFlags(keys = Object.keys(settings)): Flags {
  return Object.fromEntries(keys.map((key) => [key, settingFlag(table[key] as Setting<unknown>)]));
}

/** Writes settings given as flags into `environment`. Throws UsageError naming the flag and its allowed values. */
export function setFromFlags(given: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv): void {
  for (const [key, value] of Object.entries(given)) {
    const { variable, expected, read, isSecret } = table[key] as Setting<unknown>;
    const text = String(value);
    if (read(text) === undefined) {
      throw new UsageError(
        `${flagName(key)} must be ${expected}, got ${isSecret ? 'something else' : JSON.stringify(text)}`,
      );
    }
    environment[variable] = text;
  }
}

const serveFlags = {
  printConfig: { kind: 'boolean', default: false, about: 'show all settings as variables, and end' },
} as const;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'start the HTTP service (POST /face, /v1)',
  synopsis: ['[FLAG ...]'],
  about: `Starts the service and runs until SIGTERM or Ctrl-C, after which it answers everything it has accepted. SIGHUP replaces its workers one by one.

Settings come from the environment variables named below, or from flags, which take precedence. Keep keys (--api-keys) in the environment: others on this machine can read a command line.`,
  flags: { Command: serveFlags, Settings: settingFlags() },
  completes: [],
  examples: [
    ['serve --port 9000', 'on another port'],
    ['serve --min-face-size 40 --workers 2 --print-config', 'the values in effect'],
  ],
  async run(args) {
    const { given, rest } = parseFlags(args, { ...settingFlags(), ...serveFlags });
    if (rest.length > 0) throw new UsageError(`serve takes flags only, got ${rest.join(' ')}`);
    const { printConfig = false, ...fromFlags } = given;
    setFromFlags(fromFlags, process.env); // inherited by the workers
    return (await import('../service/serve.js')).serve(printConfig);
  },
};
