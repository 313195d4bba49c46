import { optionTable } from '../library/detect-options.js';
import type { Command } from './command.js';
import { parseFlags } from './flags.js';
import { UsageError } from './usage-error.js';

const benchFlags = {
  seconds: { kind: 'integer', min: 1, max: 600, default: 5, about: 'time for each engine, in alternating rounds' },
  json: { kind: 'boolean', default: false, about: 'the figures as one JSON document' },
} as const;

export const benchCommand: Command = {
  name: 'bench',
  summary: 'measure how many images per second this machine searches',
  synopsis: ['[FLAG ...] [FILE ...]'],
  about: `Searches images on all cores with each engine in turn, in rounds, and shows for each engine the median round in images per second with the lowest and the highest, the mean time of each stage, and the ratio of the engines. Without files it searches a drawn picture of 1280 x 720 pixels with six faces, as raw pixels; files are decoded each time, as detect does.

The ratio means more than the rates: other work on the machine slows both engines.`,
  flags: { Measuring: benchFlags, Detection: optionTable },
  completes: 'files',
  examples: [
    ['bench', 'this machine, on a drawn picture'],
    ['bench photo.jpg --min-face-size 60', 'what larger faces only would bring on a photograph of yours'],
  ],
  async run(args) {
    const { given, rest } = parseFlags(args, { ...benchFlags, ...optionTable });
    const { seconds = benchFlags.seconds.default, json = false, ...options } = given;
    if (rest.includes('-')) throw new UsageError('bench takes files only');
    const { measure } = await import('./bench/measure.js');
    const { report } = await import('./bench/report.js');
    const figures = await measure(rest, seconds, options);
    process.stdout.write(json ? `${JSON.stringify(figures, undefined, 2)}\n` : report(figures));
    return 0;
  },
};
