import type { Face } from '../../library/detection.js';
import { printable } from '../printable.js';
import type { Format } from './formats.js';
import type { ImageRecord } from './record.js';

// More rows help no reader; --json has them all.
const maxRows = 10;

const widths = [5, 6, 7, 7, 7, 7];
const cells = (values: unknown[]) => values.map((value, i) => String(value).padStart(widths[i] ?? 0)).join('');

function faceCells({ confidence, box }: Face, number: number): string {
  const whole = [box.x, box.y, box.width, box.height].map(Math.round);
  return cells([number, confidence.toFixed(3), ...whole]);
}

/** Fits a name into `width` characters, dropping its start: the end tells more. */
export function shorten(name: string, width: number): string {
  return name.length <= width ? name.padEnd(width) : `…${name.slice(name.length - width + 1)}`;
}

function rows(record: ImageRecord): string[] {
  if ('error' in record) return [];
  const { faces } = record;
  if (faces.length === 0) return ['    no face'];
  const shown = faces.slice(0, maxRows).map((face, i) => faceCells(face, i + 1));
  const more = faces.length - shown.length;
  return more > 0 ? [...shown, `    and ${more} more: see --json`] : shown;
}

/**
 * A table with a row per face; errors go to standard error. With `columns`, those of a terminal, long names are
 * shortened to leave room for the numbers.
 */
export function table(names: readonly string[], columns: number | undefined): Format {
  const rest = widths.reduce((sum, width) => sum + width, 0);
  const longest = names.reduce((max, name) => Math.max(max, printable(name).length), 4);
  const width = Math.min(longest, columns === undefined ? 60 : Math.max(columns - rest - 1, 12));
  const cut = (name: string) => {
    const shown = printable(name);
    return columns === undefined ? shown.padEnd(width) : shorten(shown, width);
  };
  return {
    begin: () => `${'FILE'.padEnd(width)}${cells(['FACE', 'SCORE', 'X', 'Y', 'WIDTH', 'HEIGHT'])}\n`,
    record(record) {
      const lines = rows(record).map((row, i) => `${i === 0 ? cut(record.file) : ' '.repeat(width)}${row}\n`);
      return lines.join('');
    },
    end: () => '',
  };
}
