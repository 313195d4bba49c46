import { onAbort } from '../../library/abort.js';
import { cutPath } from '../../library/cut-path.js';
import { printable } from '../printable.js';
import { type Format, formats } from './formats.js';
import type { Progress } from './progress.js';
import type { ImageRecord } from './record.js';
import type { ResultsFile } from './results-file.js';
import type { DetectSettings } from './settings.js';
import { table } from './table.js';

/** Writes results one by one, in the order of the images. */
export interface Sink {
  /** Resolves when the next result may be passed: a slow reader makes results wait. */
  take: (record: ImageRecord) => Promise<void>;
  end: () => void;
}

/** Resolves when the stream has room again, its reader has gone, or `signal` aborts. */
async function write(stream: NodeJS.WriteStream, text: string, progress: Progress, signal: AbortSignal): Promise<void> {
  let leave = () => {};
  await new Promise<void>((resolve) => {
    leave = onAbort(signal, resolve);
    progress.around(() => {
      if (stream.write(text, () => resolve()) || signal.aborted) resolve();
    });
  });
  leave();
}

function toStandardOutput(format: Format, progress: Progress, signal: AbortSignal): Sink {
  const put = async (text: string) => {
    if (text) await write(process.stdout, text, progress, signal);
  };
  void put(format.begin());
  return { take: (record) => put(format.record(record)), end: () => void put(format.end()) };
}

/** For a person: a table on standard output, errors and warnings on standard error. */
function toPerson(names: readonly string[], progress: Progress, signal: AbortSignal): Sink {
  const { take, end } = toStandardOutput(table(names, process.stdout.columns), progress, signal);
  return {
    async take(record) {
      for (const { code, message } of 'error' in record ? [record.error] : (record.warnings ?? [])) {
        const text = printable(`${cutPath(record.file)}: ${message} (${code})`);
        await write(process.stderr, `${text}\n`, progress, signal);
      }
      if (!('error' in record)) await take(record);
    },
    end,
  };
}

/** The sink for the settings; `names` are the images' names. */
export function sink(
  { format, create }: Pick<DetectSettings, 'format' | 'create'>,
  results: ResultsFile | undefined,
  names: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Sink {
  if (results) return { take: async (record) => results.append(record), end: () => {} };
  if (!format) return toPerson(names, progress, signal);
  return toStandardOutput(formats[format](create.faceQuality), progress, signal);
}
