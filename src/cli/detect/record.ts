import type { Detection, Point } from '../../library/detection.js';
import { withMissingFlag } from '../../library/permission.js';

/** The result of one image: a line of the results file. */
export type ImageRecord = { file: string } & (
  | (Detection & {
      /** Paths of the pictures written. */
      pictures?: Pictures;
      /** Of `--crop`. */
      focalPoint?: Point;
    })
  | { error: { code: string; message: string } }
);

export interface Pictures {
  annotate?: string;
  redact?: string;
  crops?: string[];
  crop?: string;
}

/** The record of an image that could not be searched. */
export function failure(file: string, error: unknown): ImageRecord {
  const { code, message } = withMissingFlag(error) as Partial<NodeJS.ErrnoException>;
  return { file, error: { code: code ?? 'INTERNAL', message: message ?? String(error) } };
}
