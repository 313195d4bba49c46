import type { Detection } from '../../library/detection.js';
import { namingFlag } from '../../library/permission.js';

/** What becomes of one image: a line of the results file. */
export type ImageRecord = { file: string } & (
  | (Detection & {
      /** Paths of what was written. */
      pictures?: Pictures;
    })
  | { error: { code: string; message: string } }
);

export interface Pictures {
  annotate?: string;
  redact?: string;
  crops?: string[];
}

/** The record of an image that could not be searched. */
export function failure(file: string, error: unknown): ImageRecord {
  const { code, message } = namingFlag(error) as Partial<NodeJS.ErrnoException>;
  return { file, error: { code: code ?? 'INTERNAL', message: message ?? String(error) } };
}
