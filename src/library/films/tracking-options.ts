import type { OptionRule } from '../detect-options.js';

/** How frames are searched and faces followed from one to the next. */
export const trackingTable = {
  searchEvery: {
    kind: 'integer',
    min: 1,
    max: 1000,
    or: 'change',
    default: 1,
    about:
      'search every n-th frame, or those that differ from the one searched last and one each second; faces between are predicted',
  },
  maxGap: {
    kind: 'number',
    min: 0,
    max: 10,
    default: 1,
    about: 'seconds for which a face that is not found is followed',
  },
} as const satisfies Record<string, OptionRule>;
