import { printable } from '../printable.js';
import { type Format, formats } from './formats.js';
import type { Progress } from './progress.js';
import type { ImageRecord } from './record.js';
import type { ResultsFile } from './results-file.js';
import { table } from './table.js';

/** Where results go, one by one, in the order of the images. */
export interface Sink {
  take: (record: ImageRecord) => void;
  end: () => void;
}

function toStandardOutput(format: Format, progress: Progress): Sink {
  const write = (text: string) => {
    if (text) progress.around(() => process.stdout.write(text));
  };
  write(format.begin());
  return { take: (record) => write(format.record(record)), end: () => write(format.end()) };
}

/** For a person: a table on standard output, what went wrong on standard error. */
function toPerson(names: readonly string[], progress: Progress): Sink {
  const { take, end } = toStandardOutput(table(names, process.stdout.columns), progress);
  return {
    take(record) {
      const troubles = 'error' in record ? [record.error] : (record.warnings ?? []);
      for (const { code, message } of troubles) {
        progress.around(() => process.stderr.write(`${printable(`${record.file}: ${message} (${code})`)}\n`));
      }
      if (!('error' in record)) take(record);
    },
    end,
  };
}

/** The sink that the flags ask for; `names` are the images'. */
export function sink(
  wanted: keyof typeof formats | undefined,
  results: ResultsFile | undefined,
  names: readonly string[],
  progress: Progress,
): Sink {
  if (results) return { take: (record) => results.append(record), end: () => {} };
  return wanted ? toStandardOutput(formats[wanted](), progress) : toPerson(names, progress);
}
