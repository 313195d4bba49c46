import type { Command } from './command.js';
import type { Check } from './doctor/checks.js';
import { parseFlags } from './flags.js';
import { UsageError } from './usage-error.js';

const doctorFlags = {
  json: { kind: 'boolean', default: false, about: 'the same as one JSON document, for a report' },
} as const;

/** A check on one line, and its fix on the next. */
function shown({ status, subject, found, fix }: Check): string {
  return `${status.padEnd(9)}${subject.padEnd(15)}${found}\n${fix ? `${' '.repeat(24)}-> ${fix}\n` : ''}`;
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'show what is missing on this machine, and how to fix it',
  synopsis: ['[--json]'],
  about: `Checks everything that face detection needs here: Node.js, the native addon and what builds it, OpenCV, the service's settings in the environment, the weights of its models, cores, the engine, and a search on a drawn face. Below each line that is not ok is the command that fixes it. Nothing is changed.`,
  flags: { Output: doctorFlags },
  completes: [],
  examples: [['doctor', 'before you report a problem, or after an installation']],
  statuses: { 0: 'nothing is missing', 1: 'something is missing' },
  async run(args) {
    const { given, rest } = parseFlags(args, doctorFlags);
    if (rest.length > 0) throw new UsageError(`doctor takes flags only, got ${rest.join(' ')}`);
    const { examine } = await import('./doctor/checks.js');
    const checks: Check[] = [];
    for await (const check of examine()) {
      checks.push(check);
      if (!given.json) process.stdout.write(shown(check));
    }
    if (given.json) process.stdout.write(`${JSON.stringify(checks, undefined, 2)}\n`);
    return checks.some(({ status }) => status === 'missing') ? 1 : 0;
  },
};
