import type { DetectOptions, OptionRules } from '../../../library/detect-options.js';
import type { TrackerOptions } from '../../../library/films/face-tracker.js';
import { trackingTable } from '../../../library/films/tracking-options.js';
import { parseOptions, queryEntries } from '../request-options.js';

// Frames have no EXIF, are no JPEGs, and what is told of a face is its way.
const ofPictures: readonly string[] = [
  'orientation',
  'fastDecode',
  'truncated',
  'faceQuality',
] satisfies (keyof DetectOptions)[];

/** Options of a request with a film, where `rules` are those of a request with one image. */
export function filmRules(rules: OptionRules): OptionRules {
  return {
    ...trackingTable,
    ...Object.fromEntries(Object.entries(rules).filter(([name]) => !ofPictures.includes(name))),
  };
}

/** Options in the query of a request with a film. Throws like parseOptions. */
export const filmOptions = (url: string, rules: OptionRules) =>
  parseOptions(queryEntries(url), rules) as Omit<TrackerOptions, 'maxPixels' | 'maxCpuMs'>;
