import { type Face, type FaceQuality, landmarkNames, type Point } from '../../library/detection.js';
import type { ImageRecord } from './record.js';

/** Turns records into text, one by one. */
export interface Format {
  begin(): string;
  record(record: ImageRecord): string;
  end(): string;
}

const json: () => Format = () => {
  let isFirst = true;
  return {
    begin: () => '[',
    record(record) {
      const text = `${isFirst ? '' : ','}\n${JSON.stringify(record)}`;
      isFirst = false;
      return text;
    },
    end: () => '\n]\n',
  };
};

const ndjson: () => Format = () => ({
  begin: () => '',
  record: (record) => `${JSON.stringify(record)}\n`,
  end: () => '',
});

const measures = ['roll', 'yaw', 'pitch', 'sharpness', 'brightness', 'size'] as const satisfies (keyof FaceQuality)[];

const faceColumns = [
  ...['face', 'confidence', 'x', 'y', 'width', 'height'],
  ...landmarkNames.flatMap((name) => [`${name}X`, `${name}Y`]),
];

type Cell = string | number | undefined;

/** RFC 4180: values with a comma, a quote or a line break are quoted, and quotes inside are doubled. */
function cell(value: Cell): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function faceCells(face: Face | undefined, number: number, hasQuality: boolean): Cell[] {
  const { x, y, width, height } = face?.box ?? {};
  const xy = (point?: Point) => [point?.x, point?.y];
  const landmarks = landmarkNames.flatMap((name) => xy(face?.landmarks?.[name]));
  const measured = hasQuality ? measures.map((name) => face?.quality?.[name]) : [];
  return [face && number, face?.confidence, x, y, width, height, ...landmarks, ...measured];
}

// A row per face; an image without faces has one row without a face, and a failed image one row with its error. The
// warning of a damaged image that was searched anyway is in each of its rows. What was measured has columns if asked for.
const csv = (hasQuality = false): Format => {
  const columns = ['file', 'imageWidth', 'imageHeight', ...faceColumns, ...(hasQuality ? measures : [])];
  const row = (cells: readonly Cell[]) => `${cells.map(cell).join(',')}\n`;
  return {
    begin: () => row([...columns, 'errorCode', 'errorMessage']),
    record(record) {
      if ('error' in record) {
        const empty = Array<undefined>(columns.length - 1);
        return row([record.file, ...empty, record.error.code, record.error.message]);
      }
      const { file, image, faces, warnings: [warning] = [] } = record;
      const shown = faces.length > 0 ? faces : [undefined];
      return shown
        .map((face, i) => faceCells(face, i + 1, hasQuality))
        .map((cells) => row([file, image.width, image.height, ...cells, warning?.code, warning?.message]))
        .join('');
    },
    end: () => '',
  };
};

/** The formats for programs, by their flags. */
export const formats = { json, ndjson, csv };
